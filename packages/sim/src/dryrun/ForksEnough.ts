/** From so many forks on a dry run tells more than roughly what would happen. */
export const forksEnough = 20
