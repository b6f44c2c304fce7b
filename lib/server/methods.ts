/** Which methods a path of the API takes: Next's own answer to another one has no body, and errors of the API are problems. */
import { contract, type RouteContract } from './contract'

interface Row {
  pattern: RegExp
  methods: Set<string>
}

const rows = new Map<string, Row>()
for (const { path, method } of Object.values<RouteContract>(contract)) {
  const row = rows.get(path) ?? { pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`), methods: new Set() }
  row.methods.add(method)
  rows.set(path, row)
}
/** Paths without parameters first: `/api/v1/connections/policy` is no connection of that id. */
const sorted = [...rows].sort(([a], [b]) => Number(a.includes('{')) - Number(b.includes('{')))

/** `GET, HEAD, OPTIONS` for `/api/v1/status`; null where the API has no such path. HEAD and OPTIONS are Next's own work. */
export function allowedMethods(pathname: string): string[] | null {
  const row = sorted.find(([, { pattern }]) => pattern.test(pathname))?.[1]
  if (!row) return null
  return [...row.methods, ...(row.methods.has('GET') ? ['HEAD'] : []), 'OPTIONS']
}
