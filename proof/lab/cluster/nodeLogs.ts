import { CloudWatchLogsClient, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";

/** The log group that nodes report to. */
export class NodeLogs {
  private readonly client = new CloudWatchLogsClient({});

  constructor(private readonly logGroup: string) {}

  /** The lines that an instance has reported, the oldest first; without an instance, those of all instances. */
  async of(instance = ""): Promise<string> {
    const found: string[] = [];
    const pages = paginateFilterLogEvents({ client: this.client }, { logGroupName: this.logGroup });
    for await (const { events = [] } of pages)
      for (const { logStreamName = "", message = "" } of events)
        if (logStreamName.endsWith(instance)) found.push(message);
    return found.join("\n");
  }
}
