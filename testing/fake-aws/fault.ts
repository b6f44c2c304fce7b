/** An error as AWS answers it; the SDK throws it under this name, as its typed exception where the service's model knows it. */
export class AwsFault extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message)
  }
}

/** Where a request was sent: the account of the key that signed it and the region of its signature. */
export interface Place {
  account: string
  region: string
}

export const placeKey = ({ account, region }: Place): string => `${account}/${region}`

/** Texts as AWS words them. The first two are recorded in localstack's snapshots of AWS, the class's in aws/karpenter-provider-aws#9567. */
export const faults = {
  groupNotFound: () => new AwsFault('ResourceNotFoundException', 'The specified log group does not exist.'),
  badToken: () => new AwsFault('InvalidParameterException', 'The specified nextToken is invalid.'),
  refusedByClass: (group: string, groupClass: string, action: string) =>
    new AwsFault('InvalidOperationException', `The log group ${group} is of log-group-class ${groupClass}. ${action} is not supported for this log class.`),
  streamNotFound: () => new AwsFault('ResourceNotFoundException', 'The specified log stream does not exist.'),
  exists: (what: string) => new AwsFault('ResourceAlreadyExistsException', `The specified ${what} already exists`),
  parameter: (message: string) => new AwsFault('InvalidParameterException', message),
  denied: (who: string, action: string, resource: string) =>
    new AwsFault(
      'AccessDeniedException',
      `User: ${who} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
    ),
  throttled: () => new AwsFault('ThrottlingException', 'Rate exceeded'),
  unavailable: () => new AwsFault('ServiceUnavailableException', 'Service is unavailable. Please retry.', 503),
  badKey: () => new AwsFault('UnrecognizedClientException', 'The security token included in the request is invalid.'),
  expiredKey: () => new AwsFault('ExpiredTokenException', 'The security token included in the request is expired'),
  wrongClock: () =>
    new AwsFault('InvalidSignatureException', 'Signature expired: 20260615T085400Z is now earlier than 20260615T085500Z (20260615T090000Z - 5 min.)'),
}
