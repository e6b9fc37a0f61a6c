// One request id from the client's reply to every message and every decision that the request caused, at all
// nodes (rules.md 36).
#include <gtest/gtest.h>

#include <tuple>

#include "tests/sim/world.h"
#include "trusted/json/json.h"

namespace passport::sim {
namespace {

using core::MessageKind;
using core::PeerMessage;

class SimRequest : public RelayedTest {
 protected:
  // Who reported the event, about whom, with what; all events must be of this request.
  using Report = std::tuple<PartyIndex, std::uint16_t, std::uint64_t>;
  std::multiset<Report> Reports(Event event, const RequestId& request) {
    std::multiset<Report> out;
    for (const Network::LogEntry& entry : network.log()) {
      if (entry.code != static_cast<std::uint16_t>(event)) continue;
      EXPECT_EQ(ToHex(entry.request_id), ToHex(request.bytes)) << NameOf(event);
      out.emplace(entry.node, entry.party, entry.value);
    }
    return out;
  }
  // The only client request since the log was cleared.
  RequestId TheRequest() {
    EXPECT_EQ(network.Logged(Event::kRequest), 1u);
    for (const Network::LogEntry& entry : network.log()) {
      if (entry.code == static_cast<std::uint16_t>(Event::kRequest)) return RequestId{entry.request_id};
    }
    return {};
  }
  // Every proposal of node 1 reaches the others changed.
  void Change(const std::function<void(replica::Accept&)>& change) {
    network.core_tap = [change](PartyIndex from, PartyIndex, PeerMessage& message) {
      if (from != kOne || message.kind != MessageKind::kReplica) return true;
      replica::Message parsed = replica::ParseMessage(message.body).value();
      if (auto* accept = std::get_if<replica::Accept>(&parsed)) {
        change(*accept);
        message.body = replica::EncodeMessage(parsed);
      }
      return true;
    };
  }
};

TEST_F(SimRequest, AllThatARegistrationCausesAtAllNodesCarriesItsId) {
  network.Run(25'000);  // requests that other tests left are over
  network.log().clear();
  std::set<RequestId> seen;
  std::map<replica::Ballot, std::set<PartyIndex>> asked;
  network.core_tap = [&](PartyIndex, PartyIndex to, PeerMessage& message) {
    seen.insert(message.request);
    if (message.kind != MessageKind::kReplica) return true;
    const replica::Message parsed = replica::ParseMessage(message.body).value();
    if (const auto* accept = std::get_if<replica::Accept>(&parsed)) asked[accept->ballot].insert(to);
    // A quorum does not end the change before both other nodes have been asked.
    const auto* accepted = std::get_if<replica::Accepted>(&parsed);
    return accepted == nullptr || asked[accepted->ballot].size() == 2;
  };
  const std::string reply = network.Ask(kOne, client.developer->Register("rita"));
  ASSERT_NE(reply.find("account_id"), std::string::npos) << reply;
  const RequestId request = TheRequest();
  EXPECT_EQ(seen, std::set<RequestId>{request});
  network.core_tap = nullptr;
  network.Run(100);  // a node may decide after the reply
  // Reserved by version 1, activated by version 2; the last word is the gateway's to its client.
  const std::multiset<Report> granted{{kOne, 1, 1},   {kOne, 1, 2},   {kTwo, 1, 1}, {kTwo, 1, 2},
                                      {kThree, 1, 1}, {kThree, 1, 2}, {kOne, 0, 2}};
  EXPECT_EQ(Reports(Event::kDecisionGranted, request), granted);
  EXPECT_EQ(Reports(Event::kKeyMade, request).size(), 3u);
  EXPECT_EQ(network.Logged(Event::kDecisionRefused), 0u);
}

TEST_F(SimRequest, AForgedChangeIsRefusedByTheAcceptorsUnderTheIdThatTheClientSees) {
  Change([](replica::Accept& accept) {
    core::Change change = core::ParseChange(accept.evidence).value();
    std::get<core::ScopeCreation>(change).config.signature.back() ^= 1;
    accept.evidence = core::EncodeChange(change);
  });
  const std::string reply =
      network.Ask(kOne, client::CreateScope(client::DeveloperKey::Generate(), R"({"name":"forged"})"));
  EXPECT_EQ(ErrorName(reply), "unauthorized");
  const RequestId request = TheRequest();
  EXPECT_NE(reply.find("\"request_id\":\"" + ToHex(request.bytes) + "\""), std::string::npos) << reply;
  const auto code = static_cast<std::uint64_t>(api::ErrorCode::kUnauthorized);
  const std::multiset<Report> refused{{kTwo, 1, code}, {kThree, 1, code}, {kOne, 0, code}};
  EXPECT_EQ(Reports(Event::kDecisionRefused, request), refused);
  EXPECT_EQ(Reports(Event::kDecisionGranted, request), (std::multiset<Report>{{kOne, 1, 1}}))
      << "node 1 has seen the true one";
}

// The evidence is good, but gives another version than the one that is proposed.
TEST_F(SimRequest, AVersionThatIsNotWhatItsEvidenceMakesIsAnInternalErrorToTheClient) {
  Change([](replica::Accept& accept) { accept.version.value.back() ^= 1; });
  const std::string reply =
      network.Ask(kOne, client::CreateScope(client::DeveloperKey::Generate(), R"({"name":"other"})"));
  EXPECT_EQ(ErrorName(reply), "internal");
  const auto code = static_cast<std::uint64_t>(api::ErrorCode::kInternal);
  const std::multiset<Report> refused{
      {kTwo, 1, replica::kNotTheSame}, {kThree, 1, replica::kNotTheSame}, {kOne, 0, code}};
  EXPECT_EQ(Reports(Event::kDecisionRefused, TheRequest()), refused);
}

// The records that a request needs are confirmed first: on its behalf, at the gateway and at the signers.
TEST_F(SimRequest, WhatARestartedNodeAsksForARequestCarriesItsId) {
  for (const PartyIndex party : {kOne, kTwo}) network.Kill(party);
  ASSERT_TRUE(world.Restore());
  network.Run(1'000);  // nodes that meet ask each other for accounts, which no request causes
  std::set<RequestId> seen;
  std::size_t queries = 0;
  network.core_tap = [&](PartyIndex, PartyIndex, PeerMessage& message) {
    seen.insert(message.request);
    if (message.kind != MessageKind::kReplica) return true;
    queries += std::holds_alternative<replica::Query>(replica::ParseMessage(message.body).value());
    return true;
  };
  EXPECT_TRUE(world.Signs(kOne));
  EXPECT_GT(queries, 0u);
  EXPECT_EQ(seen, std::set<RequestId>{TheRequest()});
}

}  // namespace
}  // namespace passport::sim
