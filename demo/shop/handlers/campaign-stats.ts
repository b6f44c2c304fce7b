import { UpdateCommand } from '@aws-sdk/lib-dynamodb'

import type { BusEvent, QueueEvent } from './events'
import { tables } from './table-client'

interface Counted {
  redemptionId?: string
  coupon: string
  cartId: string
  discount?: number
}

/** Counts redemptions and refusals per coupon. */
export async function handler(event: QueueEvent): Promise<void> {
  console.log(`EVENT ${JSON.stringify(event)}`)
  for (const record of event.Records) {
    const { id, detail } = JSON.parse(record.body) as BusEvent<Counted>
    const refused = detail.redemptionId === undefined
    await tables.send(
      new UpdateCommand({
        TableName: 'shop-campaign-stats',
        Key: { coupon: detail.coupon },
        UpdateExpression: refused ? 'ADD refusals :one' : 'ADD redemptions :one, discount :discount',
        ExpressionAttributeValues: refused ? { ':one': 1 } : { ':one': 1, ':discount': detail.discount },
      }),
    )
    console.log(`counted ${detail.redemptionId ?? `a refusal of cart ${detail.cartId}`} for ${detail.coupon} (event ${id}, message ${record.messageId})`)
  }
}
