import { loadCart, priceOf, saveCart, type Cart } from './carts'
import { answer, type Context, type HttpAnswer, type HttpEvent } from './events'
import { begin, logger } from './logger'

/** GET /carts/{cartId} and POST /carts/{cartId}/items. */
export async function handler(event: HttpEvent, context: Context): Promise<HttpAnswer> {
  begin(context)
  const cartId = event.pathParameters?.cartId ?? ''
  const customerId = event.headers['x-customer-id'] ?? ''
  const who = { cartId, customerId }
  logger.info('Cart request received', { ...who, appVersion: event.headers['x-app-version'] })
  const cart = (await loadCart(cartId)) ?? { cartId, customerId, lines: [], amount: 0, discount: 0 }
  logger.info('Cart loaded', { ...who, lines: cart.lines.length })
  if (event.body === undefined || event.body === null) return show(cart)
  return add(cart, JSON.parse(event.body) as { sku: string; quantity: number })
}

async function show(cart: Cart): Promise<HttpAnswer> {
  const { cartId, customerId } = cart
  for (const line of cart.lines) line.price = await priceOf(line.sku)
  logger.info('Prices refreshed', { cartId, customerId, amount: cart.amount })
  logger.info('Cart returned', { cartId, customerId, lines: cart.lines.length })
  return answer(200, cart)
}

async function add(cart: Cart, { sku, quantity }: { sku: string; quantity: number }): Promise<HttpAnswer> {
  const { cartId, customerId } = cart
  const price = await priceOf(sku)
  logger.info('Price looked up', { cartId, customerId, sku, price })
  const amount = cart.amount + price * quantity
  await saveCart({ ...cart, lines: [...cart.lines, { sku, quantity, price }], amount })
  logger.info('Item added to cart', { cartId, customerId, sku, quantity, amount })
  return answer(200, { cartId, amount })
}
