import type { Clock } from './clock'
import type { Execution, LogLine } from './ledger'
import type { Random } from './random'

/**
 * Puts lines into CloudWatch Logs as its senders do: collected per stream, put in batches some time later.
 * An event's id has AWS's layout (one decimal number): timestamp << 144 | ingestion time << 80 | put request << 16 | index.
 */
export interface LogWriter {
  /** `at` may lie a little ahead of the clock: the line then waits for a batch that is put after it. */
  write(line: { group: string; stream: string; at: number; message: string; execution: Execution; delayMs: number }): void
  /** Puts all that is still waiting. */
  flush(): void
}

export function createLogWriter(clock: Clock, random: Random, sink: (line: LogLine) => void): LogWriter {
  const waiting = new Map<string, LogLine[]>()

  const put = (key: string, ingestionTime: number): void => {
    const lines = waiting.get(key) ?? []
    const ready = lines.filter((line) => line.timestamp <= ingestionTime)
    const rest = lines.slice(ready.length)
    const request = BigInt(`0x${random.hex(16)}`)
    ready.forEach((line, index) => {
      line.ingestionTime = ingestionTime
      line.eventId = ((BigInt(line.timestamp) << 144n) | (BigInt(ingestionTime) << 80n) | (request << 16n) | BigInt(index)).toString()
      sink(line)
    })
    if (rest.length === 0) {
      waiting.delete(key)
      return
    }
    waiting.set(key, rest)
    clock.at(Math.max(...rest.map((line) => line.timestamp)) + 50, () => put(key, Math.floor(clock.now())))
  }

  return {
    write({ group, stream, at, message, execution, delayMs }) {
      const line: LogLine = { logGroup: group, logStream: stream, timestamp: Math.floor(at), message, ingestionTime: 0, eventId: '' }
      execution.lines.push(line)
      const key = `${group} ${stream}`
      const lines = waiting.get(key)
      if (lines !== undefined) {
        lines.push(line)
        return
      }
      waiting.set(key, [line])
      clock.at(clock.now() + delayMs, () => put(key, Math.floor(clock.now())))
    },
    flush() {
      for (const [key, lines] of waiting) put(key, Math.max(Math.floor(clock.now()), ...lines.map((line) => line.timestamp)))
    },
  }
}
