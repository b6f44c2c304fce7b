import { PutCommand } from '@aws-sdk/lib-dynamodb'

import type { BucketEvent, Context } from './events'
import { begin, logger } from './logger'
import { tables } from './table-client'

/** On a new object in the archive bucket: enters it into the archive's register. */
export async function handler(event: BucketEvent, context: Context): Promise<void> {
  begin(context)
  for (const { eventName, responseElements, s3 } of event.Records) {
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '))
    logger.info('Object to archive', { eventName, key, size: s3.object.size, s3RequestId: responseElements['x-amz-request-id'] })
    await tables.send(new PutCommand({ TableName: 'shop-archive-register', Item: { key, bucket: s3.bucket.name, size: s3.object.size } }))
    logger.info('Object registered', { key })
  }
}
