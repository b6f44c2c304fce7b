import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'

import type { Context, QueueEvent } from './events'
import { begin, logger } from './logger'
import { tables } from './table-client'

interface Reservation {
  orderId: string
  lines: { sku: string; quantity: number }[]
}

/** Reserves stock for orders, in batches. */
export async function handler(event: QueueEvent, context: Context): Promise<void> {
  begin(context)
  logger.info('Reservations received', { size: event.Records.length })
  for (const record of event.Records) {
    const { orderId, lines } = JSON.parse(record.body) as Reservation
    for (const { sku, quantity } of lines) await reserve(orderId, sku, quantity)
    logger.info('Stock reserved', { orderId, lines: lines.length, messageId: record.messageId })
  }
}

async function reserve(orderId: string, sku: string, quantity: number): Promise<void> {
  const { Item } = await tables.send(new GetCommand({ TableName: 'shop-stock', Key: { sku } }))
  const { shelf } = Item as { shelf: string }
  await tables.send(
    new UpdateCommand({
      TableName: 'shop-stock',
      Key: { sku },
      UpdateExpression: 'SET onHand = onHand - :quantity',
      ExpressionAttributeValues: { ':quantity': quantity },
    }),
  )
  logger.debug('Picked', { orderId, sku, shelf })
}
