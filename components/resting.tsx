/** What a page says while inferred links wait because there is too much to link; empty where they don't. */
import type { Status } from '#lib/model/api'

export function restingWords(status: Pick<Status, 'linking'> | undefined): string {
  return status?.linking.skipping ? 'Inferred links wait until the exact ones have caught up.' : ''
}
