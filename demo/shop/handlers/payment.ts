import pino from 'pino'

import { publish } from './bus-client'
import { charge } from './charge'
import type { BusEvent, Context } from './events'

const log = pino({ base: { service: 'payment' } })

interface OrderPlaced {
  orderId: string
  customerId: string
  amount: number
}

/** On OrderPlaced: charges the card and tells the bus how it went. */
export async function handler(event: BusEvent<OrderPlaced>, context: Context): Promise<void> {
  const { orderId, customerId, amount } = event.detail
  const logger = log.child({ awsRequestId: context.awsRequestId, orderId })
  logger.info({ eventId: event.id, customerId, amount }, 'charging order')
  const result = await charge(orderId, amount)
  if (result === undefined) {
    logger.warn('order was charged before')
    return
  }
  logger.info({ chargeId: result.chargeId, approved: result.approved }, 'provider answered')
  const detailType = result.approved ? 'PaymentCaptured' : 'PaymentDeclined'
  const eventId = await publish(detailType, { orderId, customerId, amount, chargeId: result.chargeId })
  logger.info({ eventId, detailType }, 'payment announced')
}
