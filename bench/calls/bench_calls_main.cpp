// bench_calls: what single calls into a core cost in CPU time (rules.md 28), and what one scope's many keys
// cost another scope's presignatures (rules.md 33). One thread runs a whole network, so nothing else is in a
// number.
#include <ctime>

#include <algorithm>
#include <boost/program_options.hpp>
#include <cstdio>

#include "tests/sim/client.h"

namespace passport::sim {
namespace {

namespace po = boost::program_options;

struct Wish {
  Options network;
  std::size_t accounts = 20;
  std::size_t rounds = 50;  // of one signature of each account
  std::size_t flying = 4;   // asked for at once
  std::size_t hostile = 0;  // keys of another scope, used once each
};

constexpr std::uint64_t kPauseMs = 1'000;  // of virtual time, after each account has signed

double CpuMs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

class Meter {
 public:
  explicit Meter(Network& network) {
    network.around_call = [this](edl::Call call, bool begins) {
      if (begins) {
        began_ms_ = CpuMs();
      } else {
        times_ms_[call].push_back(CpuMs() - began_ms_);
      }
    };
  }
  // And begins again.
  void Print(const char* when) {
    std::printf("%-24s %9s %9s %9s %9s\n", when, "count", "p50 ms", "p99 ms", "max ms");
    for (auto& [call, times] : times_ms_) {
      std::ranges::sort(times);
      const auto at = [&times = times](std::size_t percent) {
        return times[std::min(times.size() * percent / 100, times.size() - 1)];
      };
      std::printf("%-24s %9zu %9.3f %9.3f %9.3f\n", NameOf(call), times.size(), at(50), at(99), times.back());
    }
    times_ms_.clear();
  }

 private:
  static const char* NameOf(edl::Call call) {
    switch (call) {
      case edl::Call::kClientRequest:
        return "client_request";
      case edl::Call::kPeerFrame:
        return "peer_frame";
      case edl::Call::kResume:
        return "resume";
      case edl::Call::kTick:
        return "tick";
      case edl::Call::kFetched:
        return "fetched";
      case edl::Call::kPeerUp:
        return "peer_up";
      default:
        return "other";
    }
  }
  double began_ms_ = 0;
  std::map<edl::Call, std::vector<double>> times_ms_;
};

class Scope {
 public:
  Scope(Network& network, crypto::Rng& rng, std::size_t accounts, std::size_t flying)
      : network_(network), client_(MakeClient(network, rng)), flying_(flying) {
    Ask(accounts, [this](std::size_t i) { return client_.developer->Register(Name(i)); });
  }
  // Signs with so many keys, from `first` on.
  void Sign(std::size_t first, std::size_t count) {
    Ask(count, [&](std::size_t i) {
      return client_.developer->PersonalSign(Name(first + i), AsBytes(std::string_view("message")));
    });
  }

 private:
  static std::string Name(std::size_t account) { return "user-" + std::to_string(account); }
  void Ask(std::size_t count, const std::function<client::Request(std::size_t)>& make) {
    for (std::size_t done = 0; done < count; done += flying_) {
      std::vector<std::uint64_t> tokens;
      for (std::size_t i = done; i < std::min(count, done + flying_); ++i)
        tokens.push_back(network_.Send(kOne, make(i)));
      const bool answered = network_.RunUntil(
          [&] {
            return std::ranges::all_of(tokens, [&](auto token) { return network_.Reply(token).has_value(); });
          },
          10'000);
      if (!answered || network_.Reply(tokens[0])->find("\"result\"") == std::string::npos)
        throw std::runtime_error("no good answer: " + network_.Reply(tokens[0]).value_or(""));
      network_.Run(0);  // idle for a moment
    }
  }

  Network& network_;
  Client client_;
  std::size_t flying_;
};

// Of one scope's signatures, while another one uses its keys in turn or not.
double HitRate(Network& network, Scope& scope, Scope* hostile, const Wish& wish) {
  std::size_t hits = 0;
  for (std::size_t round = 0; round < wish.rounds; ++round) {
    const std::size_t before = network.Logged(Event::kPresignHit, kOne);
    scope.Sign(0, wish.accounts);
    hits += network.Logged(Event::kPresignHit, kOne) - before;
    network.log().clear();
    if (hostile != nullptr) hostile->Sign(round * (wish.hostile / wish.rounds), wish.hostile / wish.rounds);
    network.Run(kPauseMs);
  }
  return static_cast<double>(hits) / static_cast<double>(wish.rounds * wish.accounts);
}

void Run(const Wish& wish) {
  Network network(wish.network);
  Meter meter(network);
  crypto::SeededRng rng(1);
  network.Form();
  if (!network.RunUntil([&] { return network.Ready(); }, 60'000))
    throw std::runtime_error("the network did not form");
  meter.Print("while the network forms");
  Scope scope(network, rng, wish.accounts, wish.flying);
  std::printf("hit rate %.4f\n", HitRate(network, scope, nullptr, wish));
  if (wish.hostile > 0) {
    Scope hostile(network, rng, wish.hostile, wish.flying);
    std::printf("hit rate %.4f while another scope uses %zu keys\n", HitRate(network, scope, &hostile, wish),
                wish.hostile);
  }
  meter.Print("then");
}

int Main(int argc, char** argv) {
  Wish wish;
  po::options_description known("bench_calls: what a call into a core costs, in CPU time");
  known.add_options()("help", "print this")("nodes", po::value(&wish.network.n), "3")(
      "threshold", po::value(&wish.network.t), "2")("accounts", po::value(&wish.accounts), "20")(
      "rounds", po::value(&wish.rounds), "50; of one signature of each account")(
      "flying", po::value(&wish.flying), "4; requests at once")("hostile", po::value(&wish.hostile),
                                                                "keys of another scope, each used once");
  po::variables_map values;
  po::store(po::command_line_parser(argc, argv).options(known).run(), values);
  po::notify(values);
  if (values.contains("help")) {
    std::puts("see bench/README.md");
    return 0;
  }
  Run(wish);
  return 0;
}

}  // namespace
}  // namespace passport::sim

int main(int argc, char** argv) {
  try {
    return passport::sim::Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_calls: %s\n", error.what());
    return 2;
  }
}
