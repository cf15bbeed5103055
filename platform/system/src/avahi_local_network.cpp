// The only file that knows Avahi. CMake defines COTMOC_AVAHI if its client library is there.
#include <cotmoc/system/local_network.hpp>

#ifdef COTMOC_AVAHI
#include <avahi-client/client.h>
#include <avahi-client/lookup.h>
#include <avahi-client/publish.h>
#include <avahi-common/error.h>
#include <avahi-common/simple-watch.h>
#include <avahi-common/thread-watch.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#endif

namespace cotmoc::system {

#ifdef COTMOC_AVAHI

namespace {

tl::unexpected<Error> failure(int code) {
    return fail(ErrorCode::connection_failed, std::string("avahi-daemon: ") + avahi_strerror(code));
}

template <auto release>
struct Release {
    template <class T>
    void operator()(T* thing) const {
        release(thing);
    }
};
template <class T, auto release>
using Owned = std::unique_ptr<T, Release<release>>;

using Texts = Owned<AvahiStringList, avahi_string_list_free>;

Texts text_record(const std::vector<std::string>& texts) {
    Texts list;
    for (auto text = texts.rbegin(); text != texts.rend();
         ++text) {  // each goes before the ones added already
        list.reset(avahi_string_list_add(list.release(), text->c_str()));
    }
    return list;
}

class Announced final : public LanAnnouncement {
public:
    explicit Announced(LanService service) : service_(std::move(service)) {}
    ~Announced() override {
        if (poll_) {
            avahi_threaded_poll_stop(poll_.get());
        }
    }
    Announced(const Announced&) = delete;
    Announced& operator=(const Announced&) = delete;

    Result<void> start() {
        poll_.reset(avahi_threaded_poll_new());
        if (!poll_) {
            return fail(ErrorCode::out_of_memory);
        }
        int error = 0;
        client_.reset(avahi_client_new(avahi_threaded_poll_get(poll_.get()), AvahiClientFlags{}, on_state,
                                       this, &error));
        if (!client_) {
            return failure(error);
        }
        if (error_ != 0) {
            return failure(error_);
        }
        avahi_threaded_poll_start(poll_.get());
        return {};
    }
    bool lost() const override { return lost_; }

private:
    static void on_state(AvahiClient* client, AvahiClientState state, void* data) {
        auto* self = static_cast<Announced*>(data);
        if (state == AVAHI_CLIENT_S_RUNNING) {
            self->publish(client);
        } else if (state == AVAHI_CLIENT_FAILURE) {
            self->note(avahi_client_errno(client));
        }
    }
    static void on_group(AvahiEntryGroup*, AvahiEntryGroupState state, void* data) {
        if (state == AVAHI_ENTRY_GROUP_COLLISION || state == AVAHI_ENTRY_GROUP_FAILURE) {
            static_cast<Announced*>(data)->lost_ = true;
        }
    }
    void note(int error) {
        error_ = error;
        lost_ = lost_ || error != 0;
    }

    void publish(AvahiClient* client) {
        if (group_ == nullptr) {
            group_ = avahi_entry_group_new(client, on_group, this);  // the client frees it
        }
        if (group_ == nullptr) {
            note(avahi_client_errno(client));
            return;
        }
        int error = avahi_entry_group_reset(group_);
        error = error == 0 ? add_host() : error;
        error = error == 0 ? add_service() : error;
        note(error == 0 ? avahi_entry_group_commit(group_) : error);
    }
    std::string host() const { return service_.name + ".local"; }

    /// A host of this announcement's own: without one Avahi names the machine.
    int add_host() {
        int error = 0;
        for (const std::string& text : service_.place.addresses) {
            AvahiAddress address;
            if (error == 0 && avahi_address_parse(text.c_str(), AVAHI_PROTO_UNSPEC, &address) != nullptr) {
                // What the address is called backwards is the machine's own affair.
                error = avahi_entry_group_add_address(group_, service_.place.interface, protocol(),
                                                      AVAHI_PUBLISH_NO_REVERSE, host().c_str(), &address);
            }
        }
        return error;
    }
    int add_service() {
        const Texts texts = text_record(service_.texts);
        return avahi_entry_group_add_service_strlst(
            group_, service_.place.interface, protocol(), AvahiPublishFlags{}, service_.name.c_str(),
            LocalNetwork::service_type, nullptr, host().c_str(), service_.port, texts.get());
    }
    /// By which of the two the announcement itself travels.
    AvahiProtocol protocol() const {
        const bool with_ipv6 = std::ranges::any_of(service_.place.addresses, [](const std::string& address) {
            return address.find(':') != std::string::npos;
        });
        return with_ipv6 ? AVAHI_PROTO_UNSPEC : AVAHI_PROTO_INET;
    }

    LanService service_;
    Owned<AvahiThreadedPoll, avahi_threaded_poll_free> poll_;
    Owned<AvahiClient, avahi_client_free> client_;
    AvahiEntryGroup* group_ = nullptr;
    int error_ = 0;
    std::atomic<bool> lost_ = false;  // told by Avahi's thread, asked for by the owner's
};

std::string host_text(const AvahiAddress& address, AvahiIfIndex interface) {
    std::array<char, AVAHI_ADDRESS_STR_MAX> text{};
    avahi_address_snprint(text.data(), text.size(), &address);
    std::string host = text.data();
    std::array<char, IF_NAMESIZE> name{};
    const bool link_local = address.proto == AVAHI_PROTO_INET6 && host.starts_with("fe80:");
    if (link_local && if_indextoname(static_cast<unsigned>(interface), name.data()) != nullptr) {
        host += std::string("%") + name.data();
    }
    return host;
}

class Browsing {
public:
    Result<std::vector<LanNeighbour>> run(std::int64_t limit_ms) {
        using Clock = std::chrono::steady_clock;
        poll_.reset(avahi_simple_poll_new());
        if (!poll_) {
            return fail(ErrorCode::out_of_memory);
        }
        int error = 0;
        client_.reset(
            avahi_client_new(avahi_simple_poll_get(poll_.get()), AvahiClientFlags{}, on_state, this, &error));
        if (!client_) {
            return failure(error);
        }
        // The client frees the browser and what it resolves.
        if (avahi_service_browser_new(client_.get(), AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC,
                                      LocalNetwork::service_type, nullptr, AvahiLookupFlags{}, on_service,
                                      this) == nullptr) {
            return failure(avahi_client_errno(client_.get()));
        }
        const auto until = Clock::now() + std::chrono::milliseconds(limit_ms);
        while (error_ == 0 && !(all_named_ && unresolved_ == 0)) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
            if (left.count() <= 0 ||
                avahi_simple_poll_iterate(poll_.get(), static_cast<int>(left.count())) != 0) {
                break;
            }
        }
        return error_ == 0 ? Result<std::vector<LanNeighbour>>(std::move(found_)) : failure(error_);
    }

private:
    static void on_state(AvahiClient* client, AvahiClientState state, void* self) {
        if (state == AVAHI_CLIENT_FAILURE) {
            static_cast<Browsing*>(self)->error_ = avahi_client_errno(client);
        }
    }
    static void on_service(AvahiServiceBrowser* browser, AvahiIfIndex interface, AvahiProtocol protocol,
                           AvahiBrowserEvent event, const char* name, const char* type, const char* domain,
                           AvahiLookupResultFlags, void* data) {
        auto& self = *static_cast<Browsing*>(data);
        AvahiClient* client = avahi_service_browser_get_client(browser);
        switch (event) {
            case AVAHI_BROWSER_NEW:
                if (self.asked_ < LocalNetwork::neighbours_max &&
                    avahi_service_resolver_new(client, interface, protocol, name, type, domain, protocol,
                                               AvahiLookupFlags{}, on_resolved, data) != nullptr) {
                    ++self.asked_;
                    ++self.unresolved_;
                }
                break;
            case AVAHI_BROWSER_ALL_FOR_NOW:
                self.all_named_ = true;
                break;
            case AVAHI_BROWSER_FAILURE:
                self.error_ = avahi_client_errno(client);
                break;
            case AVAHI_BROWSER_REMOVE:
            case AVAHI_BROWSER_CACHE_EXHAUSTED:
                break;
        }
    }
    static void on_resolved(AvahiServiceResolver* resolver, AvahiIfIndex interface, AvahiProtocol,
                            AvahiResolverEvent event, const char*, const char*, const char*, const char*,
                            const AvahiAddress* address, std::uint16_t port, AvahiStringList* texts,
                            AvahiLookupResultFlags, void* data) {
        auto& self = *static_cast<Browsing*>(data);
        --self.unresolved_;
        if (event == AVAHI_RESOLVER_FOUND && address != nullptr) {
            LanNeighbour neighbour{host_text(*address, interface), port, {}};
            for (AvahiStringList* text = texts; text != nullptr; text = avahi_string_list_get_next(text)) {
                const auto* octets = reinterpret_cast<const char*>(avahi_string_list_get_text(text));
                neighbour.texts.emplace_back(octets, avahi_string_list_get_size(text));
            }
            self.found_.push_back(std::move(neighbour));
        }
        avahi_service_resolver_free(resolver);
    }

    Owned<AvahiSimplePoll, avahi_simple_poll_free> poll_;
    Owned<AvahiClient, avahi_client_free> client_;
    std::vector<LanNeighbour> found_;
    std::size_t asked_ = 0;
    std::size_t unresolved_ = 0;
    bool all_named_ = false;
    int error_ = 0;
};

class AvahiNetwork final : public LocalNetwork {
public:
    std::vector<LanPlace> places(const std::string& listening) override { return lan_places(listening); }
    Result<std::unique_ptr<LanAnnouncement>> announce(const LanService& service) override {
        auto announced = std::make_unique<Announced>(service);
        COTMOC_TRY(announced->start());
        return announced;
    }
    Result<std::vector<LanNeighbour>> browse(std::int64_t limit_ms) override {
        return Browsing().run(limit_ms);
    }
};

}  // namespace

std::unique_ptr<LocalNetwork> local_network() { return std::make_unique<AvahiNetwork>(); }

#else

namespace {

class NoNetwork final : public LocalNetwork {
public:
    std::vector<LanPlace> places(const std::string& listening) override { return lan_places(listening); }
    Result<std::unique_ptr<LanAnnouncement>> announce(const LanService&) override { return absent(); }
    Result<std::vector<LanNeighbour>> browse(std::int64_t) override { return absent(); }

private:
    static tl::unexpected<Error> absent() {
        return fail(ErrorCode::not_available_yet, "this program was built without Avahi");
    }
};

}  // namespace

std::unique_ptr<LocalNetwork> local_network() { return std::make_unique<NoNetwork>(); }

#endif

}  // namespace cotmoc::system
