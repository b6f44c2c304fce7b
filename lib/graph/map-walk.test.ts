import { expect, it } from 'vitest'
import { walkMap } from './map-walk'

/*   api -- checkout == orders
 *                 \-- coupon      */
const MAP = {
  positions: { api: { x: 0, y: 0 }, checkout: { x: 200, y: 0 }, orders: { x: 400, y: 0 }, coupon: { x: 400, y: 150 } },
  edges: [
    { source: 'api', target: 'checkout', count: 5 },
    { source: 'checkout', target: 'orders', count: 9 },
    { source: 'checkout', target: 'coupon', count: 2 },
  ],
}

it('begins at the left', () => expect(walkMap(MAP, null, 'ArrowRight')).toBe('api'))
it('goes right to the busiest effect and left to the cause', () => {
  expect(walkMap(MAP, 'checkout', 'ArrowRight')).toBe('orders')
  expect(walkMap(MAP, 'coupon', 'ArrowLeft')).toBe('checkout')
})
it('goes down and up to what stands there', () => {
  expect(walkMap(MAP, 'orders', 'ArrowDown')).toBe('coupon')
  expect(walkMap(MAP, 'coupon', 'ArrowUp')).toBe('orders')
})
it('stays where nothing lies that way, and takes a service that is gone for none', () => {
  expect(walkMap(MAP, 'api', 'ArrowLeft')).toBe('api')
  expect(walkMap(MAP, 'removed', 'ArrowLeft')).toBe('api')
  expect(walkMap({ positions: {}, edges: [] }, null, 'ArrowLeft')).toBeNull()
})
