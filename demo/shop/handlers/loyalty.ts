import { UpdateCommand } from '@aws-sdk/lib-dynamodb'

import type { QueueEvent } from './events'
import { tables } from './table-client'

/** The programme came with a logger of its own. */
const log = (msg: string, fields: Record<string, unknown>): void => {
  process.stdout.write(`${JSON.stringify({ ts: new Date().toISOString(), lvl: 'info', app: 'loyalty', msg, ...fields })}\n`)
}

/** Gives points for paid orders. */
export async function handler(event: QueueEvent): Promise<void> {
  for (const record of event.Records) {
    const { orderId, customerId, amount } = JSON.parse(record.body) as { orderId: string; customerId: string; amount: number }
    const points = Math.floor(amount / 100)
    log('crediting points', { order: orderId, points })
    await tables.send(
      new UpdateCommand({
        TableName: 'shop-loyalty',
        Key: { customerId },
        UpdateExpression: 'ADD points :points',
        ExpressionAttributeValues: { ':points': points },
      }),
    )
    log('points credited', { order: orderId, customer: customerId, points })
  }
}
