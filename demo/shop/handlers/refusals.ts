import { UpdateCommand } from '@aws-sdk/lib-dynamodb'

import { publish } from './bus-client'
import type { Cart } from './carts'
import { tables } from './table-client'

/** Tells marketing that a coupon was refused. Gives the event's id. */
export async function announceRefusal(coupon: string, cart: Cart): Promise<string> {
  return publish('CouponRefused', { coupon, cartId: cart.cartId, customerId: cart.customerId, amount: cart.amount })
}

/** Has the coupon's offer taken over again: touching its row puts it into the table's change stream. */
export async function askForRefresh(coupon: string, cart: Cart): Promise<void> {
  await tables.send(
    new UpdateCommand({
      TableName: 'shop-coupons',
      Key: { code: coupon },
      UpdateExpression: 'SET refreshFor = :cart',
      ConditionExpression: 'attribute_exists(code)',
      ExpressionAttributeValues: { ':cart': cart.cartId },
    }),
  )
}
