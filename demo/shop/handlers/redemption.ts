import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb'

import type { Cart } from './carts'
import { findOffer, forgetOffer, type Offer } from './offers'
import { tables } from './table-client'

export type Redemption =
  | { outcome: 'redeemed'; redemptionId: string; discount: number }
  | { outcome: 'not-applicable'; reason: string }
  | { outcome: 'refused' }

/** Applies a coupon to a cart: both the cart's redemption and the coupon's terms must hold in one transaction. */
export async function redeem(code: string, cart: Cart): Promise<Redemption> {
  const redemptionId = `rdm_${crypto.randomUUID().slice(0, 13).replace('-', '')}`
  for (let attempt = 1; attempt <= 2; attempt++) {
    const offer = await findOffer(code)
    if (offer === undefined) return { outcome: 'not-applicable', reason: 'unknown' }
    if (offer.endsAt <= new Date().toISOString()) return { outcome: 'not-applicable', reason: 'expired' }
    if (cart.amount < offer.minimum) return { outcome: 'not-applicable', reason: 'minimum' }
    const discount = Math.round((cart.amount * offer.percent) / 100)
    if (await write(redemptionId, offer, cart, discount)) return { outcome: 'redeemed', redemptionId, discount }
    // The terms were edited since we read them: read them again.
    forgetOffer(code)
  }
  return { outcome: 'refused' }
}

async function write(redemptionId: string, offer: Offer, cart: Cart, discount: number): Promise<boolean> {
  const redemption = { redemptionId, code: offer.code, cartId: cart.cartId, customerId: cart.customerId, discount }
  try {
    await tables.send(
      new TransactWriteCommand({
        TransactItems: [
          { Put: { TableName: 'shop-redemptions', Item: redemption, ConditionExpression: 'attribute_not_exists(redemptionId)' } },
          {
            ConditionCheck: {
              TableName: 'shop-coupons',
              Key: { code: offer.code },
              ConditionExpression: 'active = :yes AND revision = :revision',
              ExpressionAttributeValues: { ':yes': true, ':revision': offer.revision },
            },
          },
        ],
      }),
    )
    return true
  } catch (error) {
    if ((error as Error).name === 'TransactionCanceledException') return false
    throw error
  }
}
