// Runs before the first paint, so that no page flashes in the wrong theme. A file of its own: a strict CSP needs no exception for it.
;(function () {
  var chosen = null
  try {
    chosen = JSON.parse(localStorage.getItem('specter.theme') || 'null')
  } catch (unreadable) {
    // Storage can be switched off; the system's theme is right then.
    chosen = null
  }
  var dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
})()
