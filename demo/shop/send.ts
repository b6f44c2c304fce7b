import { gzipSync } from 'node:zlib'

export interface Stored {
  received: number
  stored: number
  duplicate: number
  quarantined: number
  rejected: number
}

/** What Specter's API says of itself, as far as it is shown here. */
interface Status {
  linking: { pending: number }
}

const RETRIES = 20

/** POSTs NDJSON to Specter's public API. A busy Specter names the time to come back at. */
export async function send(url: string, ndjson: string): Promise<Stored> {
  const body = gzipSync(ndjson, { level: 1 })
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(`${url}/api/v1/ingest?source=coupon-shop`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
    })
    if (response.ok) return (await response.json()) as Stored
    const busy = response.status === 429 || response.status === 503
    if (!busy || attempt === RETRIES) throw new Error(`Specter answered ${response.status}: ${(await response.text()).slice(0, 300)}`)
    await pause(Number(response.headers.get('retry-after') ?? '1') * 1000)
  }
}

export async function statusOf(url: string): Promise<Status> {
  const response = await fetch(`${url}/api/v1/status`)
  if (!response.ok) throw new Error(`Specter answered ${response.status} at ${url}/api/v1/status`)
  return (await response.json()) as Status
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
