/**
 * The id that CloudWatch Logs gives an event: 56 decimal digits of one number, `timestamp ms | ingestion ms (64 bits) | PutLogEvents request
 * (64 bits) | index in the batch (16 bits)`. Not documented; it agrees with the documented order (FilterLogEvents: "event timestamp, ingestion
 * timestamp, and ID of the PutLogEvents request").
 */
export function eventIdOf(timestampMs: number, ingestionMs: number, putRequest: bigint, index: number): string {
  const id = (BigInt(timestampMs) << 144n) | (BigInt(ingestionMs) << 80n) | (BigInt.asUintN(64, putRequest) << 16n) | BigInt(index)
  return id.toString().padStart(56, '0')
}
