import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'

import type { BusEvent, Context } from './events'
import { begin, logger } from './logger'

const topics = new SNSClient({})

interface PaymentCaptured {
  orderId: string
  customerId: string
  amount: number
}

/** On PaymentCaptured: tells everybody who waits for a paid order. */
export async function handler(event: BusEvent<PaymentCaptured>, context: Context): Promise<void> {
  begin(context)
  const { orderId, customerId, amount } = event.detail
  logger.info('Payment seen', { orderId, customerId, eventId: event.id })
  const { MessageId } = await topics.send(
    new PublishCommand({ TopicArn: process.env.CONFIRMED_TOPIC, Subject: 'OrderConfirmed', Message: JSON.stringify({ orderId, customerId, amount }) }),
  )
  logger.info('Order confirmed', { orderId, customerId, topicMessageId: MessageId })
}
