import { goTool } from "./goTool";

/** The etcd release for the tests, with the modules of its three programs. */
const version = "3.6.14";

export const etcd = () => goTool({ name: "etcd", version, module: "go.etcd.io/etcd/server/v3" });
export const etcdctl = () => goTool({ name: "etcdctl", version, module: "go.etcd.io/etcd/etcdctl/v3" });
export const etcdutl = () => goTool({ name: "etcdutl", version, module: "go.etcd.io/etcd/etcdutl/v3" });
