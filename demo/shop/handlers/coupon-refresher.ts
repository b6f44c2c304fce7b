import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'

import type { Context } from './events'
import { begin, logger } from './logger'
import { storeOffers, type Offer } from './offers'

type Image = Record<string, AttributeValue>

interface StreamEvent {
  Records: { eventID: string; eventName: string; dynamodb: { NewImage?: Image } }[]
}

/** Follows the coupons table's change stream and keeps the offers table up to date with it. */
export async function handler(event: StreamEvent, context: Context): Promise<void> {
  begin(context)
  logger.logEventIfEnabled(event)
  logger.info('Refreshing offers', { records: event.Records.length })
  const offers = event.Records.flatMap(({ dynamodb }) =>
    dynamodb.NewImage === undefined ? [] : [unmarshall(dynamodb.NewImage) as Offer & { active: boolean }],
  )
  await storeOffers(
    offers.map(({ code, percent, minimum, endsAt, revision }) => ({ code, percent, minimum, endsAt, revision })),
    ({ code }) => logger.info('Offer refreshed', { offer: code }),
  )
  for (const { dynamodb } of event.Records) {
    const cartId = dynamodb.NewImage?.refreshFor?.S
    if (cartId !== undefined) logger.info('Offer refreshed on request', { coupon: dynamodb.NewImage?.code?.S, cartId })
  }
  logger.info('Offers up to date', { offers: offers.length })
}
