/**
 * An event on the local AWS's bus with its deliveries, as `GET /local-aws/events` returns it
 * (proof/local/aws/control_paths.py).
 */
export interface PublishedEvent {
  readonly event: {
    readonly id: string;
    readonly time: string;
    readonly source: string;
    readonly "detail-type": string;
    readonly detail: Readonly<Record<string, string>>;
  };
  /** One for each arrival at a target of a matching rule; none if no rule matched. */
  readonly deliveries: readonly Delivery[];
}

export interface Delivery {
  /** Name of the rule. */
  readonly rule: string;
  /** ARN of the target. */
  readonly target: string;
  readonly attempts: number;
  /** `delivered`: Lambda has accepted the event. */
  readonly outcome: "pending" | "delivered" | "dead letter" | "lost";
  /** Why it could not be delivered. */
  readonly reason: string | null;
  readonly invocation: Invocation | null;
}

/** The function's result for an event that Lambda has accepted. */
export interface Invocation {
  readonly requestId: string;
  /** One for each attempt that failed. */
  readonly errors: readonly { readonly errorType?: string; readonly errorMessage: string }[];
  readonly outcome: "pending" | "succeeded" | "dead letter" | "lost";
}

/** A line for each delivery of these events that has not ended with the function's success, or not yet. */
export function unsettled(events: readonly PublishedEvent[]): string[] {
  return events.flatMap(({ event, deliveries }) =>
    deliveries
      .filter(({ invocation }) => invocation?.outcome !== "succeeded")
      .map((delivery) => `${event["detail-type"]} (${event.id}), rule ${delivery.rule}: ${state(delivery)}`),
  );
}

function state({ outcome, attempts, reason, invocation }: Delivery): string {
  if (outcome !== "delivered")
    return [`${outcome} after ${attempts} attempts`, reason].filter(Boolean).join(", ");
  const error = invocation?.errors.at(-1)?.errorMessage;
  return `the function ${error ? `failed: ${error}` : "has not ended"}`;
}
