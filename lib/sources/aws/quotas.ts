/**
 * Calls a second of one account and region, by action: AWS allows 5 of FilterLogEvents and of DescribeLogGroups
 * (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html), and people use the console beside us.
 */
export const callsPerSecond = { FilterLogEvents: 4, DescribeLogGroups: 2 } as const
