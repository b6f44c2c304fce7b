import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'

import { loadCart } from './carts'
import { answer, type Context, type HttpAnswer, type HttpEvent } from './events'
import { begin, logger } from './logger'
import { encodeOrder } from './order-message'

const queues = new SQSClient({})

/** POST /checkout: turns a cart into an order and queues it. */
export async function handler(event: HttpEvent, context: Context): Promise<HttpAnswer> {
  begin(context)
  const customerId = event.headers['x-customer-id'] ?? ''
  const { cartId, postcode } = JSON.parse(event.body ?? '{}') as { cartId: string; postcode: string }
  logger.info('Checkout started', { cartId, customerId, appVersion: event.headers['x-app-version'] })
  const cart = await loadCart(cartId)
  if (cart === undefined || cart.lines.length === 0) {
    logger.warn('Nothing to check out', { cartId, customerId })
    return answer(409, { message: 'Your cart is empty' })
  }
  const orderId = `ord_${crypto.randomUUID().slice(0, 13).replace('-', '')}`
  const amount = cart.amount - cart.discount
  logger.info('Total computed', { cartId, customerId, orderId, amount, discount: cart.discount })
  const order = { orderId, cartId, customerId, postcode, lines: cart.lines.map(({ sku, quantity }) => ({ sku, quantity })), amount }
  const sent = await queues.send(new SendMessageCommand({ QueueUrl: process.env.ORDER_QUEUE, MessageBody: encodeOrder(order) }))
  logger.info('Order queued', { orderId, customerId, messageId: sent.MessageId })
  return answer(202, { orderId })
}
