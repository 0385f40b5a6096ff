using System.Text;
using Parquet;
using Spa.Engine.Tests.Data;
using Spa.Engine.Tests.Formats;
using Spa.Fuzz;

namespace Spa.Engine.Tests.Fuzzing;

/// <summary>
/// Ten thousand damaged files for every reader, the same ones each time: only one-line <see cref="SpaException"/>s may escape, none may take long or much memory.
/// </summary>
internal sealed class FuzzTests
{
    private const int Cases = 10_000;

    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Safetensors() => Run("safetensors", SafetensorsBytes.Build("""{"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"y":{"dtype":"BF16","shape":[3],"data_offsets":[16,22]}}""", new byte[22]),
        ["\"shape\":[", "\"data_offsets\":[", "F64", "I8", "9223372036854775807", "-1", "1e9", "[[[[", "}", "\\ud800"]);

    [Test]
    public void Gguf() => Run("gguf", new GgufBytes().With("general.architecture", "llama").With("llama.embedding_length", 32u).With("llama.attention.head_count", 2u)
            .With("llama.feed_forward_length", 32u).With("llama.context_length", 16u).With("llama.block_count", 1u).With("llama.attention.layer_norm_rms_epsilon", 1e-6f)
            .With("tokenizer.ggml.model", "llama").With("tokenizer.ggml.bos_token_id", 0u).With("tokenizer.ggml.tokens", "<unk>", "a", "b", "ab").List("tokenizer.ggml.scores", 6, 4, new byte[16])
            .List("tokenizer.ggml.token_type", 5, 4, [2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0])
            .Tensor("token_embd.weight", 8, [32, 4], new byte[136]).Tensor("blk.0.attn_q.weight", 2, [32, 32], new byte[576]).Tensor("output_norm.weight", [32], new float[32])
            .Tensor("blk.0.ffn_down.weight", 12, [256, 1], new byte[144]).Build(),
        ["llama", "gpt2", "tokenizer.ggml.", "rope_freqs.weight", "general.alignment"]);

    [Test]
    public void Tokenizer_json() => Run("tokenizer", Encoding.UTF8.GetBytes("""
        {"version":"1.0","added_tokens":[{"id":4,"content":"<s>","single_word":false,"lstrip":true,"rstrip":false,"normalized":false,"special":true}],
        "normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Replace","pattern":{"Regex":"a+"},"content":"b"}]},
        "pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"(?i:'s)|\\p{L}+| ?[^\\s\\p{L}]+|\\s+(?!\\S)"},"behavior":"Isolated","invert":false},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}]},
        "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{"<s>":{"id":"<s>","ids":[4],"tokens":["<s>"]}}},
        "decoder":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2,"Ġ":3},"merges":["a b"]}}
        """),
        ["\"type\":\"Metaspace\"", "(a*)*", "{1,999999}", "(?=", "[^", "\\\\p{", "99999999999", "-1", "\\ud800", "null", "[[", "\"ids\":[9]"]);

    [Test]
    public void Chat_template() => Run("template", Encoding.UTF8.GetBytes("{%- macro m(x, y=1) -%}{{ x | trim | upper }}{{ y }}{%- endmacro -%}{% set ns = namespace(n=0) %}{% for message in messages if message.role != 'system' %}"
            + "{% if loop.first %}{{ '<|' ~ message['role'] + '|>' }}{% elif not loop.last %}{% set ns.n = ns.n + 1 %}{% endif %}{{ m(message.content[::-1]) }}{% endfor %}"
            + "{{ range(3) | list | tojson }}{{ 2 ** 10 // 3 }}{% if add_generation_prompt %}a{% endif %}"),
        ["{{", "}}", "{%", "%}", "{% for i in range(999999999) %}", "{% endfor %}", "* 'a'", "** 9999", "| ", ".__class__", "m(m(", "((((", "{#", "messages[", "'"]);

    [Test]
    public void Json_rows() => Run("rows", Encoding.UTF8.GetBytes("""
        {"prompt":[{"role":"user","content":"q"}],"chosen":[{"role":"assistant","content":"a\u00e9"}],"rejected":[{"role":"assistant","content":"b"}]}
        {"conversations":[{"from":"human","value":"q"}],"chosen":{"from":"gpt","value":"a"},"rejected":{"from":"gpt","value":"b"}}
        {"instruction":"q","completions":[{"response":"a","overall_score":2},{"response":"b","overall_score":7.5}]}
        {"prompt_ids":[1,2],"chosen_ids":[3],"rejected_ids":[4]}

        """),
        ["[", "]", "{", "}", "\n", "\"", "\\ud800", "null", "1e999", "\"prompt\":", "\"history\":[[", "\"instruction\":\"x\",", "\"completions\":"]);

    [Test]
    public async Task Parquet()
    {
        foreach (CompressionMethod compression in (CompressionMethod[])[CompressionMethod.None, CompressionMethod.Snappy, CompressionMethod.Zstd])
            Run("parquet", await ParquetBytes.Write("element", compression, 2), ["PAR1", "element", "\u0015\u0000", "\u0019\u001c"], Cases / 3);
    }

    private void Run(string target, byte[] valid, string[] words, int cases = Cases)
    {
        string path = _folder["case"];
        byte[][] bytes = [.. words.Select(Encoding.UTF8.GetBytes)];
        File.WriteAllBytes(path, valid);
        Assert.That(FuzzTargets.Run(FuzzTargets.All[target], path, alone: false), Is.Null, "undamaged it is read to its end");
        for (int seed = 0; seed < cases; seed++)
        {
            File.WriteAllBytes(path, new Mutator(seed, bytes).Damage(valid));
            if (FuzzCase.Problem(target, path) is string problem) Assert.Fail($"case {seed}: {problem}");
        }
    }
}
