import { readDay } from './day-files'
import { pause, send, statusOf, type Stored } from './send'

/** Lines a request: a second or so of work each, so that progress is seen and a broken connection costs little. */
const PIECE_LINES = 5_000
const LINKING_LOOK_MS = 1_000

const show = (text: string): void => {
  process.stdout.write(process.stdout.isTTY ? `\r\x1b[K${text}` : `${text}\n`)
}

/** Specter gives the day, shifted; this sends it back in, with progress, and waits for the links. */
export async function loadDay(url: string): Promise<void> {
  await statusOf(url)
  const { logs, traces } = await readDay()
  const begun = Date.now()
  const total: Stored = { received: 0, stored: 0, duplicate: 0, quarantined: 0, rejected: 0 }
  let sent = 0
  for await (const lines of piecesOf(url)) {
    const stored = await send(url, lines.join(''))
    for (const name of Object.keys(total) as (keyof Stored)[]) total[name] += stored[name]
    sent += lines.length
    const rate = Math.round(sent / ((Date.now() - begun) / 1000))
    show(`${Math.floor((100 * sent) / (logs + traces))} %  ${sent} of ${logs + traces} records, ${rate} a second`)
  }
  if (sent !== logs + traces) throw new Error(`Specter gave ${sent} of the day's ${logs + traces} records: try again`)
  for (let { linking } = await statusOf(url); linking.pending > 0; { linking } = await statusOf(url)) {
    show(`stored; ${linking.pending} events to link`)
    await pause(LINKING_LOOK_MS)
  }
  show(`${total.stored} stored, ${total.duplicate} were there already, in ${((Date.now() - begun) / 1000).toFixed(0)} s. Open ${url}\n`)
}

async function* piecesOf(url: string): AsyncGenerator<string[]> {
  const response = await fetch(`${url}/api/v1/demo`)
  if (!response.ok || response.body === null)
    throw new Error(`Specter answered ${response.status} at ${url}/api/v1/demo: ${(await response.text()).slice(0, 300)}`)
  let rest = ''
  const lines: string[] = []
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) lines.push(`${part}\n`)
    while (lines.length >= PIECE_LINES) yield lines.splice(0, PIECE_LINES)
  }
  if (rest !== '') throw new Error('the connection broke off')
  if (lines.length > 0) yield lines
}
