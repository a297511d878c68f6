import assert from "node:assert/strict";
import {
  bridgeFunction,
  bridgeResource,
  bridgeUrn,
  terraformDataSource,
  terraformResource,
} from "../../engine/bridge/tokens";

describe("bridge tokens", () => {
  const resources: Record<string, string> = {
    "aws:ec2/vpc:Vpc": "aws_vpc",
    "aws:ec2/launchTemplate:LaunchTemplate": "aws_launch_template",
    "aws:ec2/tag:Tag": "aws_ec2_tag",
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": "aws_vpc_ipv4_cidr_block_association",
    "aws:ec2transitgateway/instanceConnectEndpoint:InstanceConnectEndpoint":
      "aws_ec2_instance_connect_endpoint",
    "aws:ec2transitgateway/routeTable:RouteTable": "aws_ec2_transit_gateway_route_table",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "aws_vpc_security_group_ingress_rule",
    "aws:autoscaling/group:Group": "aws_autoscaling_group",
    "aws:autoscaling/lifecycleHook:LifecycleHook": "aws_autoscaling_lifecycle_hook",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "aws_iam_openid_connect_provider",
    "aws:lb/loadBalancer:LoadBalancer": "aws_lb",
    "aws:lb/targetGroup:TargetGroup": "aws_lb_target_group",
    "aws:s3/bucket:Bucket": "aws_s3_bucket",
    "aws:s3/bucketObject:BucketObject": "aws_s3_bucket_object",
    "aws:s3/bucketObjectv2:BucketObjectv2": "aws_s3_object",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig":
      "aws_lambda_function_event_invoke_config",
    "aws:route53/record:Record": "aws_route53_record",
    "tls:index/selfSignedCert:SelfSignedCert": "tls_self_signed_cert",
    "random:index/randomPassword:RandomPassword": "random_password",
  };
  for (const [token, name] of Object.entries(resources)) {
    it(`maps ${token} to ${name}`, () => assert.equal(terraformResource(token), name));
  }

  const functions: Record<string, string> = {
    "aws:index/getRegion:getRegion": "aws_region",
    "aws:ec2/getAmi:getAmi": "aws_ami",
    "aws:ec2/getRouteTables:getRouteTables": "aws_route_tables",
    "aws:ec2/getInstanceType:getInstanceType": "aws_ec2_instance_type",
    "aws:iam/getPolicyDocument:getPolicyDocument": "aws_iam_policy_document",
    "tls:index/getPublicKey:getPublicKey": "tls_public_key",
  };
  for (const [token, name] of Object.entries(functions)) {
    it(`maps ${token} to the data source ${name}`, () => assert.equal(terraformDataSource(token), name));
  }

  it("spells tokens as the dynamic bridge does", () => {
    assert.equal(bridgeResource("aws:lb/targetGroup:TargetGroup"), "aws:index/lbTargetGroup:LbTargetGroup");
    assert.equal(bridgeResource("random:index/randomId:RandomId"), "random:index/id:Id");
    assert.equal(
      bridgeFunction("aws:iam/getPolicyDocument:getPolicyDocument"),
      "aws:index/getIamPolicyDocument:getIamPolicyDocument",
    );
  });

  it("changes only the resource's own type in a URN, and keeps its name whatever it holds", () => {
    assert.equal(
      bridgeUrn("urn:pulumi:s::p::k8s:network:Network$aws:lb/loadBalancer:LoadBalancer::a::b$c"),
      "urn:pulumi:s::p::k8s:network:Network$aws:index/lb:Lb::a::b$c",
    );
  });

  it("refuses what is not a token", () => {
    assert.throws(() => bridgeResource("aws:vpc"), /"aws:vpc" is not a token/);
  });
});
