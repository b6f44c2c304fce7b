import { publish } from './bus-client'
import { loadCart, saveCart } from './carts'
import { answer, type Context, type HttpAnswer, type HttpEvent } from './events'
import { begin, logger } from './logger'
import { redeem } from './redemption'
import { announceRefusal, askForRefresh } from './refusals'

/** POST /carts/{cartId}/coupon. */
export async function handler(event: HttpEvent, context: Context): Promise<HttpAnswer> {
  begin(context)
  const cartId = event.pathParameters?.cartId ?? ''
  const customerId = event.headers['x-customer-id'] ?? ''
  const { coupon } = JSON.parse(event.body ?? '{}') as { coupon: string }
  const who = { coupon, cartId, customerId }
  logger.info('Coupon entered', { ...who, region: event.headers['x-region'], appVersion: event.headers['x-app-version'] })
  const cart = await loadCart(cartId)
  if (cart === undefined || cart.lines.length === 0) {
    logger.warn('No cart to apply the coupon to', who)
    return answer(404, { message: 'Your cart is empty' })
  }
  logger.info('Cart loaded for coupon', { ...who, lines: cart.lines.length, amount: cart.amount })
  const result = await redeem(coupon, cart)
  if (result.outcome === 'not-applicable') {
    logger.info('Coupon not applicable', { ...who, reason: result.reason })
    logger.info('Cart left as it was', { ...who, amount: cart.amount })
    return answer(422, { message: 'This coupon cannot be applied to your cart', reason: result.reason })
  }
  if (result.outcome === 'refused') {
    // The offer was valid and the coupon active: this cannot happen.
    logger.error('Coupon refused', { ...who, amount: cart.amount })
    const eventId = await announceRefusal(coupon, cart)
    logger.info('Refusal announced', { coupon, cartId, eventId })
    await askForRefresh(coupon, cart)
    logger.info('Offer refresh requested', { coupon, cartId })
    return answer(409, { message: 'This coupon is not valid' })
  }
  const { redemptionId, discount } = result
  logger.info('Coupon redeemed', { ...who, redemptionId, discount })
  await saveCart({ ...cart, discount })
  const eventId = await publish('CouponRedeemed', { redemptionId, coupon, cartId, customerId, discount })
  logger.info('Redemption announced', { redemptionId, cartId, eventId })
  return answer(200, { cartId, coupon, discount })
}
