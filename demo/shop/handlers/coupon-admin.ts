import { UpdateCommand } from '@aws-sdk/lib-dynamodb'

import { answer, type Context, type HttpAnswer, type HttpEvent } from './events'
import { begin, logger } from './logger'
import { tables } from './table-client'

/** PUT /coupons/{code}: marketing's tools and its campaign sync edit a coupon's budget. */
export async function handler(event: HttpEvent, context: Context): Promise<HttpAnswer> {
  begin(context)
  const coupon = event.pathParameters?.code ?? ''
  const { budget, campaign } = JSON.parse(event.body ?? '{}') as { budget: number; campaign: string }
  logger.info('Coupon edit received', { coupon, campaign, editor: event.headers['user-agent'] })
  if (!(budget > 0)) {
    logger.warn('Coupon edit rejected', { coupon, budget })
    return answer(400, { message: 'The budget must be positive' })
  }
  logger.info('Budget checked', { coupon, campaign, budget })
  await tables.send(
    new UpdateCommand({
      TableName: 'shop-coupons',
      Key: { code: coupon },
      // An edit reaches the offers by itself: nobody has to ask for it any more.
      UpdateExpression: 'SET budget = :budget, campaign = :campaign REMOVE refreshFor ADD revision :one',
      ConditionExpression: 'attribute_exists(code)',
      ExpressionAttributeValues: { ':budget': budget, ':campaign': campaign, ':one': 1 },
    }),
  )
  logger.info('Coupon saved', { coupon, campaign, budget })
  return answer(200, { coupon, budget })
}
