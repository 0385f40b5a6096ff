using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Formats;
using Spa.Engine.Tests.Formats;
using Spa.Engine.Text;

namespace Spa.Engine.Tests.Fuzzing;

/// <summary>
/// Ten thousand damaged files for every reader, the same ones each time: only one-line <see cref="SpaException"/>s may escape, none may take long or much memory.
/// </summary>
internal sealed class FuzzTests
{
    private const int Cases = 10_000;

    // Far beyond what a file of a few kilobytes needs, far below what a claimed length would take.
    private const long MaxBytes = 256 << 20;
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Safetensors() => Run(SafetensorsBytes.Build("""{"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"y":{"dtype":"BF16","shape":[3],"data_offsets":[16,22]}}""", new byte[22]),
        ["\"shape\":[", "\"data_offsets\":[", "F64", "I8", "9223372036854775807", "-1", "1e9", "[[[[", "}", "\\ud800"], path =>
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            ReadAll(file);
        });

    [Test]
    public void Gguf() => Run(new GgufBytes().With("general.architecture", "llama").With("llama.embedding_length", 32u).With("llama.attention.head_count", 2u)
            .With("llama.feed_forward_length", 32u).With("llama.context_length", 16u).With("llama.block_count", 1u).With("llama.attention.layer_norm_rms_epsilon", 1e-6f)
            .With("tokenizer.ggml.model", "llama").With("tokenizer.ggml.tokens", "<unk>", "a", "b", "ab").List("tokenizer.ggml.scores", 6, 4, new byte[16])
            .List("tokenizer.ggml.token_type", 5, 4, [2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0])
            .Tensor("token_embd.weight", 8, [32, 4], new byte[136]).Tensor("blk.0.attn_q.weight", 2, [32, 32], new byte[576]).Tensor("output_norm.weight", [32], new float[32])
            .Tensor("blk.0.ffn_down.weight", 12, [256, 1], new byte[144]).Build(),
        ["llama", "gpt2", "tokenizer.ggml.", "rope_freqs.weight", "general.alignment"], path =>
        {
            using ModelFiles model = ModelFiles.Open(path);
            ReadAll(model.Tensors);
            GgufVocabulary.Load(model.GgufMetadata!, path).Encode("ab a", addSpecialTokens: true);
        });

    [Test]
    public void Tokenizer_json() => Run(Encoding.UTF8.GetBytes("""
        {"version":"1.0","added_tokens":[{"id":4,"content":"<s>","single_word":false,"lstrip":true,"rstrip":false,"normalized":false,"special":true}],
        "normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Replace","pattern":{"Regex":"a+"},"content":"b"}]},
        "pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"(?i:'s)|\\p{L}+| ?[^\\s\\p{L}]+|\\s+(?!\\S)"},"behavior":"Isolated","invert":false},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}]},
        "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{"<s>":{"id":"<s>","ids":[4],"tokens":["<s>"]}}},
        "decoder":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2,"Ġ":3},"merges":["a b"]}}
        """),
        ["\"type\":\"Metaspace\"", "(a*)*", "{1,999999}", "(?=", "[^", "\\\\p{", "99999999999", "-1", "\\ud800", "null", "[[", "\"ids\":[9]"], path =>
        {
            Tokenizer tokenizer = TokenizerJson.Load(path);
            tokenizer.Decode(tokenizer.Encode("ab's aaaaaaaaaaaaaaaaaaaaaaaaaaaaab  <s>ü", addSpecialTokens: true), skipSpecialTokens: false);
        });

    [Test]
    public void Chat_template()
    {
        JsonArray messages = [new JsonObject { ["role"] = "user", ["content"] = "a" }, new JsonObject { ["role"] = "assistant", ["content"] = "b" }];
        Run(Encoding.UTF8.GetBytes("{%- macro m(x, y=1) -%}{{ x | trim | upper }}{{ y }}{%- endmacro -%}{% set ns = namespace(n=0) %}{% for message in messages if message.role != 'system' %}"
                + "{% if loop.first %}{{ '<|' ~ message['role'] + '|>' }}{% elif not loop.last %}{% set ns.n = ns.n + 1 %}{% endif %}{{ m(message.content[::-1]) }}{% endfor %}"
                + "{{ range(3) | list | tojson }}{{ 2 ** 10 // 3 }}{% if add_generation_prompt %}a{% endif %}"),
            ["{{", "}}", "{%", "%}", "{% for i in range(999999999) %}", "{% endfor %}", "* 'a'", "** 9999", "| ", ".__class__", "m(m(", "((((", "{#", "messages[", "'"], path =>
            {
                ChatTemplate.Parse(File.ReadAllText(path), "template").RenderChat((JsonArray)messages.DeepClone(), addGenerationPrompt: true);
            });
    }

    [Test]
    public void Json_rows() => Run(Encoding.UTF8.GetBytes("""
        {"prompt":[{"role":"user","content":"q"}],"chosen":[{"role":"assistant","content":"a\u00e9"}],"rejected":[{"role":"assistant","content":"b"}]}
        {"conversations":[{"from":"human","value":"q"}],"chosen":{"from":"gpt","value":"a"},"rejected":{"from":"gpt","value":"b"}}
        {"instruction":"q","completions":[{"response":"a","overall_score":2},{"response":"b","overall_score":7.5}]}
        {"prompt_ids":[1,2],"chosen_ids":[3],"rejected_ids":[4]}

        """),
        ["[", "]", "{", "}", "\n", "\"", "\\ud800", "null", "1e999", "\"prompt\":", "\"history\":[[", "\"instruction\":\"x\",", "\"completions\":"], Rows3);

    private static void Rows3(string path)
    {
        try
        {
            _ = Rows.ReadPreferences(path, new RowReport(), BadRows.Skip).Count();
        }
        finally
        {
            _ = Rows.ReadPrompts(path, new RowReport(), BadRows.Skip).Count();
        }
    }

    private static void ReadAll(TensorSource source)
    {
        foreach (StoredTensor tensor in source.Tensors.Values)
        {
            if (tensor.Type.IsReadable()) source.ReadFloat32(tensor.Name, new float[tensor.Count]);
            else if (tensor.Type.IsInteger()) source.ReadInt64(tensor.Name, new long[tensor.Count]);
        }
    }

    private void Run(byte[] valid, string[] words, Action<string> read)
    {
        string path = _folder["case"];
        byte[][] bytes = [.. words.Select(Encoding.UTF8.GetBytes)];
        for (int seed = 0; seed < Cases; seed++)
        {
            File.WriteAllBytes(path, new Mutator(seed, bytes).Damage(valid));
            long before = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
            try
            {
                read(path);
            }
            catch (SpaException error)
            {
                if (error.Message.Contains('\n')) Assert.Fail($"case {seed}: more than one line: {error.Message}");
            }
            catch (Exception error)
            {
                Assert.Fail($"case {seed}: {error}");
            }

            if (Stopwatch.GetElapsedTime(start) > s_longest) Assert.Fail($"case {seed} took {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s");
            if (GC.GetAllocatedBytesForCurrentThread() - before > MaxBytes) Assert.Fail($"case {seed} allocated {GC.GetAllocatedBytesForCurrentThread() - before:N0} bytes");
        }
    }
}
