import { Logger } from '@aws-lambda-powertools/logger'

import type { Context } from './events'

export const logger = new Logger({ serviceName: process.env.POWERTOOLS_SERVICE_NAME ?? 'shop' })

/** Powertools takes the request id and the rest of its standing fields from here. */
export function begin(context: Context): void {
  logger.addContext(context as unknown as Parameters<typeof logger.addContext>[0])
}
