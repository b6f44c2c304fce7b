import { UpdateCommand } from '@aws-sdk/lib-dynamodb'

import type { BusEvent, QueueEvent } from './events'
import { tables } from './table-client'

interface Redeemed {
  redemptionId: string
  coupon: string
  cartId: string
  discount: number
}

/** Counts redemptions per coupon. */
export async function handler(event: QueueEvent): Promise<void> {
  console.log(`received ${event.Records.length} redemption(s)`)
  for (const record of event.Records) {
    const { id, detail } = JSON.parse(record.body) as BusEvent<Redeemed>
    await tables.send(
      new UpdateCommand({
        TableName: 'shop-campaign-stats',
        Key: { coupon: detail.coupon },
        UpdateExpression: 'ADD redemptions :one, discount :discount',
        ExpressionAttributeValues: { ':one': 1, ':discount': detail.discount },
      }),
    )
    console.log(`counted ${detail.redemptionId} for ${detail.coupon} (event ${id}, message ${record.messageId})`)
  }
}
