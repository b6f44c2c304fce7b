import { verifyAddress } from './address'
import { publish } from './bus-client'
import type { Context, QueueAnswer, QueueEvent } from './events'
import { begin, logger } from './logger'
import { decodeOrder } from './order-message'
import { announce } from './order-events'
import { storeOrder } from './orders'

/** Consumes the order queue in batches; an order that fails goes back alone. */
export async function handler(event: QueueEvent, context: Context): Promise<QueueAnswer> {
  begin(context)
  logger.info('Orders received', { size: event.Records.length })
  const batchItemFailures: QueueAnswer['batchItemFailures'] = []
  for (const record of event.Records) {
    const { messageId } = record
    try {
      await place(record.body, messageId)
    } catch (error) {
      const attempt = Number(record.attributes.ApproximateReceiveCount)
      logger.warn('Order not placed, it will be tried again', { messageId, attempt, error: error as Error })
      batchItemFailures.push({ itemIdentifier: messageId })
    }
  }
  return { batchItemFailures }
}

async function place(body: string, messageId: string): Promise<void> {
  const order = decodeOrder(body)
  const { orderId, customerId, amount } = order
  logger.info('Placing order', { messageId, orderId, customerId, amount })
  await verifyAddress(order.postcode)
  if (!(await storeOrder(order))) {
    logger.info('Order was placed before', { orderId, messageId })
    return
  }
  const eventId = await announce(order, publish)
  logger.info('Order placed', { orderId, customerId, eventId })
}
