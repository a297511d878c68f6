import { openStackOnLocalAws, type Run } from "./run";

/** `make local ARGS=kubeconfig`: prints the administrator's kubeconfig, a secret output of the stack. */
export async function kubeconfig(run: Run): Promise<void> {
  const stack = await openStackOnLocalAws({ ...run, report: console.error });
  const { kubeconfig } = await stack.outputs();
  if (typeof kubeconfig?.value !== "string") throw new Error("nothing is deployed; run `make local` first");
  console.log(kubeconfig.value);
}
