# passport_module(name SOURCES ... DEPS ... [LIBS ...]): a static library named passport_<name> for the module in this folder.
# passport_test(name SOURCES ... DEPS ... [LIBS ...]): a GoogleTest program, registered with ctest.
find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3 REQUIRED)
pkg_check_modules(SODIUM REQUIRED libsodium)
pkg_check_modules(SECP256K1 REQUIRED libsecp256k1)
pkg_check_modules(SECCOMP REQUIRED libseccomp)

add_library(passport_flags INTERFACE)
target_include_directories(passport_flags INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
target_compile_options(passport_flags INTERFACE
  -Wall -Wcast-align -Wconversion -Werror -Wextra -Wimplicit-fallthrough -Wpedantic -Wshadow -Wsign-conversion -Wundef -Wvla
  -fPIE -fstack-protector-strong -fcf-protection -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
if(CMAKE_CXX_FLAGS MATCHES "sanitize")
  # The trusted side is built without RTTI, so there are no types for this check to look at.
  target_compile_options(passport_flags INTERFACE -fno-sanitize=vptr)
else()
  target_compile_options(passport_flags INTERFACE -fstack-clash-protection)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(passport_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  endif()
endif()

# The trusted side is built without exceptions and RTTI: a refusal is a value (edl/base/result.h).
add_library(passport_trusted_flags INTERFACE)
target_link_libraries(passport_trusted_flags INTERFACE passport_flags)
target_compile_options(passport_trusted_flags INTERFACE -fno-exceptions -fno-rtti)
# Not -ftrivial-auto-var-init=zero: gcc 12.2 then clears live bytes of some temporaries (docs/adr/0007).

function(passport_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  add_library(passport_${name} STATIC ${ARG_SOURCES})
  if(name MATCHES "^(trusted|sealing|edl)")
    target_link_libraries(passport_${name} PRIVATE passport_trusted_flags)
  else()
    target_link_libraries(passport_${name} PRIVATE passport_flags)
  endif()
  list(TRANSFORM ARG_DEPS PREPEND passport_)
  target_link_libraries(passport_${name} PUBLIC ${ARG_DEPS} ${ARG_LIBS})
endfunction()

# A test's own code runs once: to optimise it would take longer than it saves. What it tests is optimised as always.
function(passport_test_code target)
  if(CMAKE_CXX_FLAGS MATCHES "sanitize")
    target_compile_options(${target} PRIVATE -O0)
  else()
    target_compile_options(${target} PRIVATE -O1)
  endif()
endfunction()

function(passport_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  find_package(GTest REQUIRED)
  add_executable(test_${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_DEPS PREPEND passport_)
  target_link_libraries(test_${name} PRIVATE passport_flags ${ARG_DEPS} ${ARG_LIBS} GTest::gtest GTest::gtest_main)
  target_compile_definitions(test_${name} PRIVATE PASSPORT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  passport_test_code(test_${name})
  add_test(NAME ${name} COMMAND test_${name})
endfunction()

# Adds every child folder that has a CMakeLists.txt, in the order given.
function(passport_add_folders)
  foreach(folder ${ARGN})
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt)
      add_subdirectory(${folder})
    endif()
  endforeach()
endfunction()
