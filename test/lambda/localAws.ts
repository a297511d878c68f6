import type { Change, ResourceRecordSet } from "@aws-sdk/client-route-53";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { HostedZone } from "./hostedZone";

interface Answer {
  readonly status?: number;
  readonly body: string;
}

/** Auto Scaling, EC2 and Route53 as the discovery function meets them: one item per page, and on loopback. */
export class LocalAws {
  /** The instances of the group: id, lifecycle state and address; no group if undefined. */
  instances?: readonly { id: string; lifecycleState: string; address: string; availabilityZone?: string }[];
  /** IAM's name of every call answered. */
  readonly calls = new Set<string>();
  /** Calls to be throttled before one is answered. */
  throttled = 0;

  private readonly server = createServer((request, response) => {
    void text(request).then((requestBody) => {
      const { status = 200, body } = this.answer(request, requestBody);
      response.writeHead(status, { "content-type": "text/xml" }).end(body);
    });
  });

  constructor(
    private readonly groupName: string,
    private readonly route53: HostedZone,
  ) {}

  async start(): Promise<string> {
    await once(this.server.listen(0, "127.0.0.1"), "listening");
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private answer({ method, url }: IncomingMessage, body: string): Answer {
    if (this.throttled-- > 0) return failure("Throttling", "Rate exceeded");
    const { pathname, searchParams } = new URL(url!, "http://localhost");
    if (pathname.startsWith("/2013-04-01/hostedzone/Z1/rrset")) {
      return method === "POST" ? this.changeRecordSets(body) : this.listRecordSets(searchParams);
    }
    const query = new URLSearchParams(body);
    if (query.get("Action") === "DescribeAutoScalingGroups") return this.describeGroups(query);
    if (query.get("Action") === "DescribeInstances") return this.describeInstances(query);
    return failure("InvalidAction", `${method} ${url} ${body}`);
  }

  private listRecordSets(query: URLSearchParams): Answer {
    this.calls.add("route53:ListResourceRecordSets");
    const all = this.route53.recordSets;
    const isStart = ({ Name, Type }: ResourceRecordSet) =>
      Name === query.get("name") && Type === query.get("type");
    const start = query.has("name") ? all.findIndex(isStart) : 0;
    const [recordSet, next] = all.slice(start);
    return {
      body: `<ListResourceRecordSetsResponse>
        <ResourceRecordSets>${recordSet ? recordSetXml(recordSet) : ""}</ResourceRecordSets>
        <IsTruncated>${!!next}</IsTruncated><MaxItems>1</MaxItems>
        ${next ? `<NextRecordName>${next.Name}</NextRecordName><NextRecordType>${next.Type}</NextRecordType>` : ""}
      </ListResourceRecordSetsResponse>`,
    };
  }

  private changeRecordSets(body: string): Answer {
    this.calls.add("route53:ChangeResourceRecordSets");
    const inside = (tag: string, xml: string) =>
      [...xml.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, "gs"))].map((match) => match[1]);
    const changes = inside("Change", body).map((xml) => ({
      Action: inside("Action", xml)[0],
      ResourceRecordSet: {
        Name: inside("Name", xml)[0],
        Type: inside("Type", xml)[0],
        TTL: Number(inside("TTL", xml)[0]),
        ResourceRecords: inside("Value", xml).map((Value) => ({ Value })),
      },
    }));
    try {
      this.route53.change(changes as Change[]);
    } catch (error) {
      return failure("InvalidChangeBatch", String(error));
    }
    return {
      body: `<ChangeResourceRecordSetsResponse><ChangeInfo><Id>/change/C1</Id><Status>PENDING</Status>
        <SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt></ChangeInfo></ChangeResourceRecordSetsResponse>`,
    };
  }

  private describeGroups(query: URLSearchParams): Answer {
    this.calls.add("autoscaling:DescribeAutoScalingGroups");
    const isThere = this.instances && query.get("AutoScalingGroupNames.member.1") === this.groupName;
    const instances = (this.instances ?? []).map(
      ({ id, lifecycleState, availabilityZone }) =>
        `<member><InstanceId>${id}</InstanceId><LifecycleState>${lifecycleState}</LifecycleState>
          ${availabilityZone ? `<AvailabilityZone>${availabilityZone}</AvailabilityZone>` : ""}</member>`,
    );
    const zones = ["a", "b", "c"].map((zone) => `<member>eu-central-1${zone}</member>`);
    const group = `<member><AutoScalingGroupName>${this.groupName}</AutoScalingGroupName>
      <AvailabilityZones>${zones.join("")}</AvailabilityZones>
      <Instances>${instances.join("")}</Instances></member>`;
    return {
      body: `<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult>
        <AutoScalingGroups>${isThere ? group : ""}</AutoScalingGroups>
      </DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>`,
    };
  }

  private describeInstances(query: URLSearchParams): Answer {
    this.calls.add("ec2:DescribeInstances");
    const isOurs =
      query.get("Filter.1.Name") === "tag:aws:autoscaling:groupName" &&
      query.get("Filter.1.Value.1") === this.groupName;
    if (!isOurs) return failure("InvalidParameterValue", query.toString());
    const page = Number(query.get("NextToken") ?? 0);
    const instance = this.instances?.[page];
    const item = `<item><instancesSet><item><instanceId>${instance?.id}</instanceId>
      <instanceState><name>running</name></instanceState>
      <privateIpAddress>${instance?.address}</privateIpAddress></item></instancesSet></item>`;
    return {
      body: `<DescribeInstancesResponse><reservationSet>${instance ? item : ""}</reservationSet>
        ${this.instances?.[page + 1] ? `<nextToken>${page + 1}</nextToken>` : ""}
      </DescribeInstancesResponse>`,
    };
  }
}

function recordSetXml({ Name, Type, TTL, ResourceRecords = [] }: ResourceRecordSet): string {
  const values = ResourceRecords.map(
    ({ Value }) => `<ResourceRecord><Value>${Value}</Value></ResourceRecord>`,
  );
  return `<ResourceRecordSet><Name>${Name}</Name><Type>${Type}</Type><TTL>${TTL}</TTL>
    <ResourceRecords>${values.join("")}</ResourceRecords></ResourceRecordSet>`;
}

function failure(code: string, message: string): Answer {
  return {
    status: 400,
    body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  };
}
