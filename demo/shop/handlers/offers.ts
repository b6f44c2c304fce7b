import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'

import { tables } from './table-client'

/** What redemption needs to know of a coupon. Kept apart from the coupons table so that marketing's reads and writes don't slow the till. */
export interface Offer {
  code: string
  percent: number
  /** Whole cents that a cart must reach. */
  minimum: number
  endsAt: string
  revision: number
}

const KEEP_MS = 60_000

const held = new Map<string, { offer: Offer; until: number }>()

/** The offer for a code: from this sandbox's memory for up to a minute, else from the offers table. */
export async function findOffer(code: string): Promise<Offer | undefined> {
  const known = held.get(code)
  if (known !== undefined && known.until > Date.now()) return known.offer
  const { Item } = await tables.send(new GetCommand({ TableName: 'shop-offers', Key: { code } }))
  const offer = Item as Offer | undefined
  if (offer !== undefined) held.set(code, { offer, until: Date.now() + KEEP_MS })
  return offer
}

export function forgetOffer(code: string): void {
  held.delete(code)
}

/** Takes over the offers of a change, in the order in which they were made; an older one never replaces a newer one. */
export async function storeOffers(offers: readonly Offer[], stored: (offer: Offer) => void): Promise<void> {
  for (const offer of offers) {
    try {
      await tables.send(
        new PutCommand({
          TableName: 'shop-offers',
          Item: offer,
          ConditionExpression: 'attribute_not_exists(code) OR revision < :revision',
          ExpressionAttributeValues: { ':revision': offer.revision },
        }),
      )
    } catch (error) {
      if ((error as Error).name !== 'ConditionalCheckFailedException') throw error
    }
    stored(offer)
  }
}
