import {
  DescribeListenerAttributesCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  paginateDescribeLoadBalancers,
  type ElasticLoadBalancingV2Client,
  type LoadBalancer as ElbLoadBalancer,
  type TargetGroup,
} from "@aws-sdk/client-elastic-load-balancing-v2";

/** The health check of a load balancer's nodes; times in seconds. */
export interface HealthCheck {
  readonly protocol: "TCP" | "HTTP" | "HTTPS";
  readonly port: number;
  /** Empty for TCP. */
  readonly path: string;
  /** Status codes of a healthy answer, such as `200-399`; empty for TCP. */
  readonly matcher: string;
  readonly interval: number;
  readonly timeout: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

/** A registered target. */
export interface Target {
  /** The instance's id. */
  readonly id: string;
  readonly port: number;
}

/** A network load balancer with its one listener and the target group behind it. */
export interface LoadBalancer {
  readonly name: string;
  readonly dnsName: string;
  readonly subnetIds: readonly string[];
  readonly groupIds: readonly string[];
  /** Port of the listener. */
  readonly port: number;
  /** Seconds after which an idle connection ends. */
  readonly idleSeconds: number;
  readonly targetGroupArn: string;
  /** Seconds for which connections to a target outlive its registration. */
  readonly deregistrationSeconds: number;
  readonly healthCheck: HealthCheck;
  readonly targets: readonly Target[];
  /** Ids of those that were deregistered while they ran, until the delay is over. */
  readonly draining: readonly string[];
}

/**
 * The load balancers that have a listener. @throws Error for features that the lab's load balancers do not
 * have
 */
export async function describeLoadBalancers(client: ElasticLoadBalancingV2Client): Promise<LoadBalancer[]> {
  const found: LoadBalancer[] = [];
  for await (const { LoadBalancers = [] } of paginateDescribeLoadBalancers({ client }, {})) {
    for (const balancer of LoadBalancers) found.push(...(await describe(client, balancer)));
  }
  return found;
}

async function describe(
  client: ElasticLoadBalancingV2Client,
  balancer: ElbLoadBalancer,
): Promise<LoadBalancer[]> {
  const { LoadBalancerArn, LoadBalancerName: name = "", DNSName: dnsName = "" } = balancer;
  const { Listeners = [] } = await client.send(new DescribeListenersCommand({ LoadBalancerArn }));
  const [listener] = Listeners;
  if (!listener) return []; // it is being made or deleted
  const [action] = listener.DefaultActions ?? [];
  if (
    balancer.Type !== "network" ||
    Listeners.length > 1 ||
    listener.Protocol !== "TCP" ||
    action?.Type !== "forward"
  )
    throw new Error(`load balancer ${name}: the lab knows network load balancers with one TCP listener only`);

  const TargetGroupArn = action.TargetGroupArn ?? action.ForwardConfig?.TargetGroups?.[0]?.TargetGroupArn;
  const groups = await client.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [TargetGroupArn!] }));
  const own = await client.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
  const ofGroup = await client.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }));
  const { ListenerArn } = listener;
  const ofListener = await client.send(new DescribeListenerAttributesCommand({ ListenerArn }));
  const attributes = valuesOf([
    ...(own.Attributes ?? []),
    ...(ofGroup.Attributes ?? []).filter(({ Value }) => Value !== "use_load_balancer_configuration"),
    ...(ofListener.Attributes ?? []),
  ]);
  requireAttribute(name, attributes, "preserve_client_ip.enabled", "false");
  requireAttribute(name, attributes, "load_balancing.cross_zone.enabled", "true");
  const health = await client.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
  const targets = (health.TargetHealthDescriptions ?? []).map(({ Target, TargetHealth }) => ({
    target: { id: Target?.Id ?? "", port: Target?.Port ?? 0 },
    state: TargetHealth?.State ?? "",
    isRegistered: TargetHealth?.Reason !== "Elb.RegistrationInProgress",
  }));
  return [
    {
      ...{ name, dnsName, targetGroupArn: TargetGroupArn ?? "" },
      subnetIds: (balancer.AvailabilityZones ?? []).map(({ SubnetId = "" }) => SubnetId),
      groupIds: balancer.SecurityGroups ?? [],
      port: listener.Port ?? 0,
      idleSeconds: Number(attributes.get("tcp.idle_timeout.seconds")),
      deregistrationSeconds: Number(attributes.get("deregistration_delay.timeout_seconds")),
      healthCheck: healthCheckOf(name, groups.TargetGroups?.[0]),
      targets: targets
        .filter(({ state, isRegistered }) => isRegistered && !["draining", "unused"].includes(state))
        .map(({ target }) => target),
      draining: targets.filter(({ state }) => state === "draining").map(({ target }) => target.id),
    },
  ];
}

function healthCheckOf(balancer: string, group: TargetGroup = {}): HealthCheck {
  const { HealthCheckProtocol: protocol, HealthCheckPort } = group;
  if (protocol !== "TCP" && protocol !== "HTTP" && protocol !== "HTTPS")
    throw new Error(`load balancer ${balancer}: the lab knows no health check by ${protocol}`);
  return {
    protocol,
    port: HealthCheckPort === "traffic-port" ? (group.Port ?? 0) : Number(HealthCheckPort),
    path: protocol === "TCP" ? "" : (group.HealthCheckPath ?? "/"),
    matcher: protocol === "TCP" ? "" : (group.Matcher?.HttpCode ?? "200-399"),
    interval: group.HealthCheckIntervalSeconds ?? 0,
    timeout: group.HealthCheckTimeoutSeconds ?? 0,
    healthyThreshold: group.HealthyThresholdCount ?? 0,
    unhealthyThreshold: group.UnhealthyThresholdCount ?? 0,
  };
}

function requireAttribute(
  balancer: string,
  attributes: ReadonlyMap<string, string>,
  key: string,
  wanted: string,
) {
  const value = attributes.get(key);
  if (value !== wanted)
    throw new Error(`load balancer ${balancer}: the lab knows ${key} = ${wanted} only, and it is ${value}`);
}

const valuesOf = (attributes: readonly { Key?: string; Value?: string }[]) =>
  new Map(attributes.map(({ Key = "", Value = "" }) => [Key, Value]));
