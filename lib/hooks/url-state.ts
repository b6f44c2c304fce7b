/** The grammar of view state in the URL: plain parameters, a value equal to its default is left out, so that links stay short. */

/** The values of `defaults`' names that `search` has, else the defaults. */
export function readState<T extends Record<string, string>>(search: URLSearchParams, defaults: T): T {
  const state: Record<string, string> = { ...defaults }
  for (const name of Object.keys(defaults)) {
    const value = search.get(name)
    if (value !== null) state[name] = value
  }
  return keepShape(state, defaults)
}

/** `search` with `patch` laid over it; what is empty or the default goes, what it does not name stays. */
export function writeState(search: URLSearchParams, defaults: Record<string, string>, patch: Record<string, string | undefined>): string {
  const next = new URLSearchParams(search)
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined || value === (defaults[name] ?? '')) next.delete(name)
    else next.set(name, value)
  }
  next.sort()
  const text = next.toString()
  return text ? `?${text}` : ''
}

// The loop above wrote only names of `defaults`, all of them with strings: the shape is that of T.
function keepShape<T extends Record<string, string>>(state: Record<string, string>, _defaults: T): T {
  return state as T
}
