/** A stream that can be read once, kept from its beginning as long as it is short enough to be sent again. */
import { Readable } from 'node:stream'

/** A server that refuses at once has taken what the buffers of both sockets hold, some 6 MB at most on Linux. */
const KEEP_BYTES = 8 * 1024 * 1024

export class Replay {
  private readonly chunks: AsyncIterator<Buffer>
  private readonly window: Buffer[] = []
  /** Number of the first chunk in the window; above 0 the beginning is gone. */
  private first = 0
  private bytes = 0
  private ended = false
  private pulling: Promise<void> | undefined

  constructor(
    source: Readable,
    private readonly keepBytes = KEEP_BYTES,
  ) {
    this.chunks = source[Symbol.asyncIterator]()
  }

  /** The first bytes, without consuming them: `length` of them where the stream has as many. */
  async head(length: number): Promise<Buffer> {
    while (this.bytes < length && !this.ended) await this.pull()
    return Buffer.concat(this.window).subarray(0, length)
  }

  canRepeat(): boolean {
    return this.first === 0
  }

  /** The stream from its beginning; one reader at a time. A reader that is left early loses nothing for the next. */
  open(): Readable {
    return Readable.from(this.read(), { objectMode: false })
  }

  private async *read(): AsyncGenerator<Buffer> {
    if (!this.canRepeat()) throw new Error('it can’t be read a second time')
    for (let i = 0; ; i++) {
      while (i >= this.first + this.window.length && !this.ended) await this.pull()
      const chunk = this.window[i - this.first]
      if (!chunk) return
      yield chunk
      this.forget(i)
    }
  }

  /** Past the limit, chunks that were sent are dropped: memory stays bounded and the beginning is gone. */
  private forget(sent: number): void {
    while (this.bytes > this.keepBytes && this.first <= sent) {
      this.bytes -= this.window.shift()?.length ?? 0
      this.first++
    }
  }

  /** A reader that was left while it waited may still be pulling: its chunk belongs to everyone. */
  private pull(): Promise<void> {
    this.pulling ??= this.chunks.next().then(({ value, done }) => {
      this.pulling = undefined
      if (done) this.ended = true
      else {
        this.window.push(value)
        this.bytes += value.length
      }
    })
    return this.pulling
  }
}
