#include "crypto_support.hpp"

#include <cotmoc/crypto/key_file.hpp>

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <concepts>
#include <csignal>
#include <functional>
#include <sstream>
#include <type_traits>

using namespace cotmoc;
using namespace cotmoc::crypto;
using namespace cotmoc::crypto::test;

namespace {

template <class T>
concept Printed = requires(std::ostream& stream, const T& value) {
    stream << value;
};

// Nothing that holds a secret can be printed, copied by mistake, or passed as octets or text unawares.
static_assert(!Printed<Secret> && !Printed<SigningKey> && !Printed<AgreementKey> && !Printed<EpochKey> &&
              !Printed<KeyFileContents> && !Printed<DeviceKeys>);
static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret> &&
              !std::is_copy_constructible_v<EpochKey> && !std::is_copy_constructible_v<KeyFileContents>);
static_assert(!std::is_convertible_v<Secret, BytesView> && !std::is_convertible_v<Secret, std::string> &&
              !std::equality_comparable<Secret>);
static_assert(std::is_same_v<decltype(EpochKey::key), Secret>);

/// The signal that ended a process which did this; 0 if it went well.
int signal_of(const std::function<void()>& work) {
    const pid_t child = fork();
    if (child == 0) {
        const rlimit none{0, 0};
        setrlimit(RLIMIT_CORE, &none);
        for (const int number : {SIGSEGV, SIGBUS, SIGABRT}) {
            std::signal(number, SIG_DFL);  // a sanitizer has its own
        }
        work();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace

TEST_CASE("a secret cannot be written once it is made, nor read or written beyond its ends") {
    Secret secret = Secret::copy_of(counting(0, 32));
    const BytesView view = secret.view(SecretAccess());
    auto* octets = const_cast<std::uint8_t*>(view.data());
    volatile std::uint8_t seen = 0;
    CHECK(signal_of([&] { seen = octets[31]; }) == 0);
    CHECK(signal_of([&] { *static_cast<volatile std::uint8_t*>(octets) = 1; }) == SIGSEGV);
    CHECK(signal_of([&] { seen = *static_cast<volatile std::uint8_t*>(octets + 32); }) != 0);
    // Freeing finds that the octets before it were changed.
    secret.writable(SecretAccess())[0] = 7;
    CHECK(secret.view(SecretAccess())[0] == 7);
    CHECK(signal_of([&] {
              // Another value than what stands there, which is random.
              auto* const before = static_cast<volatile std::uint8_t*>(octets - 1);
              *before = static_cast<std::uint8_t>(*before ^ 0x5a);
              Secret gone = std::move(secret);
          }) != 0);
}

TEST_CASE("what was moved from holds nothing") {
    Secret first = Secret::copy_of(counting(0, 32));
    const Secret second = std::move(first);
    CHECK(first.empty());
    CHECK(second.size() == 32);
    CHECK(second.equals(second.clone()));
    CHECK_FALSE(second.equals(Secret()));
}
