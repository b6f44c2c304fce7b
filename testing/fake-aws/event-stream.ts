/**
 * Frames of AWS's event streams. https://smithy.io/2.0/aws/amazon-eventstream.html
 *
 *   total length (4) | headers length (4) | CRC of both (4) | headers | payload | CRC of all before (4)
 *   header: name length (1) | name | 7 for a string | value length (2) | value
 */
import { crc32 } from 'node:zlib'

export function frame(headers: Record<string, string>, payload: string): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)))
  const body = Buffer.from(payload)
  const prelude = Buffer.alloc(8)
  prelude.writeUInt32BE(16 + head.length + body.length, 0)
  prelude.writeUInt32BE(head.length, 4)
  const before = Buffer.concat([prelude, checksum(prelude), head, body])
  return Buffer.concat([before, checksum(before)])
}

function header(name: string, value: string): Buffer {
  const bytes = Buffer.from(value)
  const size = Buffer.alloc(2)
  size.writeUInt16BE(bytes.length)
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), size, bytes])
}

function checksum(bytes: Buffer): Buffer {
  const out = Buffer.alloc(4)
  out.writeUInt32BE(crc32(bytes))
  return out
}

export function eventFrame(type: string, value: object): Buffer {
  return frame({ ':message-type': 'event', ':event-type': type, ':content-type': 'application/json' }, JSON.stringify(value))
}

export function exceptionFrame(type: string, message: string): Buffer {
  return frame({ ':message-type': 'exception', ':exception-type': type, ':content-type': 'application/json' }, JSON.stringify({ message }))
}
