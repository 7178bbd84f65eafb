import "uplot/dist/uPlot.min.css"
import "../theme/theme.css"
import "../theme/views.css"
import "../theme/fates.css"
import "../theme/forms.css"
import "../theme/play.css"
import "../theme/live.css"
import "../theme/runners.css"
import "../theme/alarms.css"
import "../theme/lanes.css"
import "../theme/print.css"
import { render } from "preact"
import { Live } from "../live/Live.tsx"
import { Store } from "../live/Store.ts"
import * as Theme from "../views/Theme.ts"

const query = new URLSearchParams(location.search)
const linkWasUsed = query.has("token")
if (linkWasUsed) history.replaceState(null, "", `/${location.hash}`)

const store = new Store(query.get("team"))
store.start()
Theme.start()
render(<Live store={store} linkWasUsed={linkWasUsed} />, document.getElementById("app")!)
