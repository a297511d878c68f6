import * as grpc from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import assert from "node:assert/strict";
import { rewriteError } from "../../engine/bridge/errors";
import { Translation } from "../../engine/bridge/translation";

describe("errors of the bridge", () => {
  const alarm = "aws:cloudwatch/metricAlarm:MetricAlarm";

  function failure(details: string): grpc.ServiceError {
    const metadata = new grpc.Metadata();
    return Object.assign(new Error(details), { code: grpc.status.UNKNOWN, details, metadata });
  }

  it("name an unknown resource, what was looked for and the file to change", () => {
    const error = rewriteError(failure("[pf/tfbridge] unknown resource token: aws:index/x:X"), alarm);
    assert.match(
      error.details,
      /"aws:cloudwatch\/metricAlarm:MetricAlarm".*"aws_cloudwatch_metric_alarm".*engine\/bridge\/tokens\.ts/,
    );
  });

  it("name an unknown function's data source", () => {
    const error = rewriteError(failure("unknown datasource token: a"), "aws:ec2/getCoipPools:getCoipPools");
    assert.match(error.details, /"aws_coip_pools"/);
  });

  it("pass through unchanged otherwise", () => {
    assert.equal(rewriteError(failure("AccessDenied"), alarm).details, "AccessDenied");
  });

  it("carry the state of a half-made resource in the npm package's shape", () => {
    const half = new ErrorResourceInitFailed();
    half.setId("a");
    half.setReasonsList(["timeout"]);
    half.setProperties(Struct.fromJavaScript({ alarmName: "a" }));
    half.setInputs(Struct.fromJavaScript({ alarmName: "a" }));
    const detail = new Any();
    detail.pack(half.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status();
    status.addDetails(detail);
    const error = failure("init failed");
    error.metadata.set("grpc-status-details-bin", Buffer.from(status.serializeBinary()));

    const provider = { package: "aws", region: "eu-central-1", major: 5, folder: "" };
    const rewritten = rewriteError(error, alarm, new Translation(alarm, provider));

    const [encoded] = rewritten.metadata.get("grpc-status-details-bin");
    const [any] = Status.deserializeBinary(encoded as Buffer).getDetailsList();
    const result = ErrorResourceInitFailed.deserializeBinary(any.getValue_asU8());
    assert.deepEqual(result.getProperties()?.toJavaScript(), { name: "a", region: "eu-central-1" });
    assert.deepEqual(result.getInputs()?.toJavaScript(), { name: "a" });
    assert.deepEqual(result.getReasonsList(), ["timeout"]);
  });
});
