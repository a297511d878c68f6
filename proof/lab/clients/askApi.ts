import type { ApiClient } from "./apiClient";
import type { Lab } from "../lab";
import { until } from "../until";

/** The request that a client repeats: whether the API is ready, or a write. */
export type ApiUse = "reads" | "writes";

const writtenConfigMap = "{apiVersion: v1, kind: ConfigMap, metadata: {name: written, namespace: default}}";

/** Starts a client of the API once all controllers are healthy behind its balancer; `file` gets the results. */
export async function askApi(lab: Lab, file: string, use: ApiUse): Promise<ApiClient> {
  const size = await lab.cluster.size();
  await until(`${size} controllers are healthy targets`, 120, async () => {
    const states = await lab.cluster.targetStates();
    const healthy = states.filter((state) => state === "healthy").length;
    return healthy === size || `targets are ${states.join(", ") || "none"}`;
  });
  const api = await startClient(lab, file, use);
  try {
    await until("the API answers by its name", 30, () => {
      return api.asks.some(({ answered }) => answered) || `it fails by ${api.asks.at(-1)?.failures.join()}`;
    });
    return api;
  } catch (error) {
    await api.stop();
    throw error;
  }
}

async function startClient(lab: Lab, file: string, use: ApiUse): Promise<ApiClient> {
  const { apiUrl } = lab.cluster.outputs;
  if (use === "reads") return lab.client.askApi(`${apiUrl}/readyz`, file);
  await lab.kubernetes.apply(writtenConfigMap);
  const url = `${apiUrl}/api/v1/namespaces/default/configmaps/written`;
  return lab.client.askApi(url, file, lab.kubernetes.identityFile);
}
