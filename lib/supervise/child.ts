/**
 * Loaded into every child before its own code: when the supervisor is gone, even by kill -9, the channel to it closes and the child stops.
 * Otherwise an orphaned web server would hold the port against the next start.
 */
const DRAIN_MS = 10_000

process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.exit(1), DRAIN_MS).unref()
})
// Listening for that must not keep a process alive that has nothing left to do.
process.channel?.unref()
