/** Results on standard output, progress and remarks on standard error: one line redrawn on a terminal, else a line now and then. */
import type { Writable } from 'node:stream'

/** Streams of the process, or a test's. */
export interface Output extends Writable {
  isTTY?: boolean
  columns?: number
}

const REDRAW_MS = 100
/** A log file should show that it goes on, and stay short over an hour. */
const LINE_MS = 5_000

const CLEAR_LINE = '\r\u001b[2K'

export class Screen {
  private drawn = false
  private lastMs = Number.NEGATIVE_INFINITY

  constructor(
    private readonly stdout: Output,
    private readonly stderr: Output,
    private readonly now: () => number = Date.now,
  ) {}

  /** A line of the result. */
  out(line: string): void {
    this.clear()
    this.stdout.write(`${line}\n`)
  }

  /** A remark. */
  say(line: string): void {
    this.clear()
    this.stderr.write(`${line}\n`)
  }

  /** Drawn if it is time for it; `text` is made only then. */
  progress(text: () => string): void {
    const nowMs = this.now()
    if (nowMs - this.lastMs < (this.stderr.isTTY ? REDRAW_MS : LINE_MS)) return
    this.lastMs = nowMs
    if (!this.stderr.isTTY) {
      this.stderr.write(`${text()}\n`)
      return
    }
    // A line that wraps can't be redrawn.
    this.stderr.write(CLEAR_LINE + text().slice(0, (this.stderr.columns ?? 80) - 1))
    this.drawn = true
  }

  /** The next line of progress comes at its time from now on, not at once: short work shows none in a log. */
  startProgress(): void {
    if (!this.stderr.isTTY) this.lastMs = this.now()
  }

  clear(): void {
    if (this.drawn) this.stderr.write(CLEAR_LINE)
    this.drawn = false
  }
}
