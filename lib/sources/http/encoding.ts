/** Which encoding a body is in, and its bytes as UTF-8. */
import { encodeUtf8 } from '#lib/base/text-bytes'

/** Holds back the first four bytes, drops a BOM, and turns UTF-16 into UTF-8. */
export class EncodingSniffer {
  private head: Uint8Array | null = new Uint8Array(0)
  private utf16: TextDecoder | null = null

  push(chunk: Uint8Array): Uint8Array {
    if (this.head === null) return this.convert(chunk, true)
    const head = new Uint8Array(this.head.length + chunk.length)
    head.set(this.head)
    head.set(chunk, this.head.length)
    this.head = head
    return head.length < 4 ? new Uint8Array(0) : this.start(head, true)
  }

  end(): Uint8Array {
    return this.head === null ? this.convert(new Uint8Array(0), false) : this.start(this.head, false)
  }

  private start(head: Uint8Array, more: boolean): Uint8Array {
    this.head = null
    const [a, b, c, d] = head
    if (a === 0xef && b === 0xbb && c === 0xbf) return head.subarray(3)
    // ASCII, which JSON and most logs begin with, has a zero in every second byte of UTF-16.
    if ((a === 0xff && b === 0xfe) || (head.length >= 4 && a !== 0 && b === 0 && c !== 0 && d === 0)) this.utf16 = new TextDecoder('utf-16le')
    else if ((a === 0xfe && b === 0xff) || (head.length >= 4 && a === 0 && b !== 0 && c === 0 && d !== 0)) this.utf16 = new TextDecoder('utf-16be')
    return this.convert(head, more)
  }

  private convert(chunk: Uint8Array, stream: boolean): Uint8Array {
    return this.utf16 === null ? chunk : encodeUtf8(this.utf16.decode(chunk, { stream }))
  }
}
