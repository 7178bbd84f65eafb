/** What a visitor sees who is not signed in. `wasUsed`: the link brought a token that no longer counts. */
export const SignIn = ({ wasUsed }: { readonly wasUsed: boolean }) => (
  <main id="content" class="sign-in">
    <section class="card">
      <p class="brand">ebb</p>
      <h1>Sign in</h1>
      {wasUsed ? <p>This link was used already, or the sandbox has been started anew since.</p> : null}
      <p>A link signs this browser in, once. To get a fresh one, run this where the sandbox runs:</p>
      <p class="command">
        <code>ebb dashboard</code>
      </p>
      <p class="quiet">
        <a href="/play">Rehearse</a> a rollout in the browser: that needs no sign-in.
      </p>
    </section>
  </main>
)
