/** The colour of a service: one of 12 hues by a stable hash of its name, the same on every page and every machine. */
import { hashHalves } from './hash'

/** 1..12: the number of the token `--s1` … `--s12`. */
export function serviceHue(name: string): number {
  return ((hashHalves(name).hi >>> 0) % 12) + 1
}
